using System.Globalization;
using System.Text;

namespace ElasticSynapse.Serving.Models;

/// <summary>What words consist of: <c>\w</c> of Unicode's regular expressions (UTS 18, annex C), which takes more for one than
/// .NET's does.</summary>
internal static class WordCharacter
{
    /// <summary>Whether a word goes on in front of <paramref name="start"/> or behind <paramref name="stop"/>.</summary>
    public static bool Adjoins(ReadOnlySpan<char> text, int start, int stop)
    {
        Rune.DecodeLastFromUtf16(text[..start], out var before, out _);
        Rune.DecodeFromUtf16(text[stop..], out var behind, out _);
        // Of an empty text it is U+FFFD, a symbol.
        return Is(before) || Is(behind);
    }

    public static bool Is(Rune character) => Rune.GetUnicodeCategory(character) switch
    {
        <= UnicodeCategory.LetterNumber => true, // letters, marks, decimal digits
        UnicodeCategory.ConnectorPunctuation => true,
        // Letters in circles and squares count as alphabetic.
        UnicodeCategory.OtherSymbol => character.Value
            is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189),
        _ => character.Value is 0x200C or 0x200D, // joiners
    };
}
