using System.Text;

namespace ElasticSynapse.ModelServer.Tokenization;

/// <summary>
/// The characters that stand for bytes in GPT-2's vocabulary files, so that every token is printable text without blanks.
/// Source: <c>bytes_to_unicode</c> in openai/gpt-2 <c>src/encoder.py</c>.
/// </summary>
/// <remarks>The 188 printable bytes stand for themselves; the other 68, in order, are U+0100 to U+0143 (blank is U+0120).</remarks>
internal static class ByteAlphabet
{
    private const int Characters = 0x144;
    private static readonly char[] CharacterOfByte = BuildCharacters();
    private static readonly short[] ByteOfCharacter = BuildBytes();

    /// <summary>The character that stands for <paramref name="value"/>.</summary>
    public static char Character(byte value) => CharacterOfByte[value];

    /// <summary>The bytes that <paramref name="token"/> stands for; null where a character is outside the alphabet.</summary>
    public static byte[]? TryGetBytes(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            var value = token[i] < Characters ? ByteOfCharacter[token[i]] : (short)-1;
            if (value < 0)
                return null;
            bytes[i] = (byte)value;
        }
        return bytes;
    }

    /// <summary>As <see cref="TryGetBytes"/>, but a token outside the alphabet stands for its own UTF-8, as in Hugging Face.</summary>
    public static byte[] GetBytes(string token) => TryGetBytes(token) ?? Encoding.UTF8.GetBytes(token);

    private static char[] BuildCharacters()
    {
        var characters = new char[256];
        var next = '\u0100';
        for (var value = 0; value < 256; value++)
            characters[value] = value is >= 0x21 and <= 0x7E or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)value : next++;
        return characters;
    }

    private static short[] BuildBytes()
    {
        var bytes = new short[Characters];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < 256; value++)
            bytes[CharacterOfByte[value]] = (short)value;
        return bytes;
    }
}
