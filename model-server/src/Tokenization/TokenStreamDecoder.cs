using System.Text;

namespace ElasticSynapse.ModelServer.Tokenization;

/// <summary>
/// Text of a sequence whose tokens arrive one by one. A character whose bytes are spread over several tokens comes out
/// whole; all pieces together equal <see cref="BpeTokenizer.Decode"/>. One per sequence, one thread at a time.
/// </summary>
internal sealed class TokenStreamDecoder(BpeTokenizer tokenizer, bool skipSpecial = false)
{
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();

    /// <summary>The text that <paramref name="id"/> completes: empty while a character is unfinished, and for an id outside
    /// the vocabulary. Bytes that can no longer become a character come out as U+FFFD at once.</summary>
    public string Append(int id) =>
        skipSpecial && tokenizer.IsSpecial(id) ? "" : Convert(tokenizer.Bytes(id), flush: false);

    /// <summary>Ends the text: U+FFFD for a character left unfinished, else nothing. The decoder can then begin anew.</summary>
    public string Flush() => Convert([], flush: true);

    private string Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        var count = _utf8.GetCharCount(bytes, flush);
        if (count == 0 && !flush)
        {
            _utf8.GetChars(bytes, [], flush);
            return "";
        }
        var characters = count <= 256 ? stackalloc char[count] : new char[count];
        return new string(characters[.._utf8.GetChars(bytes, characters, flush)]);
    }
}
