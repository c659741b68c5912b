using System.Globalization;
using System.Text;

namespace ElasticSynapse.ModelServer.Tokenization;

/// <summary>
/// GPT-2's pre-tokenization: cuts a text into the pieces that byte pairs are merged within. Every character is in exactly
/// one piece.
/// </summary>
/// <remarks>
/// Gives the matches of <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>
/// (openai/gpt-2 <c>src/encoder.py</c>) over code points. A .NET Regex would see UTF-16 halves, and so take letters above
/// U+FFFF for symbols.
/// </remarks>
internal static class PieceScanner
{
    private enum Kind
    {
        Letter,
        Number,
        Space,
        Other,
    }

    /// <summary>The end of the piece that begins at <paramref name="start"/>, in UTF-16 units.</summary>
    public static int NextEnd(ReadOnlySpan<char> text, int start)
    {
        var contraction = Contraction(text[start..]);
        if (contraction > 0)
            return start + contraction;

        var kind = KindAt(text, start, out var width);
        if (kind != Kind.Space)
            return RunEnd(text, start + width, kind);

        var afterFirst = start + width;
        if (text[start] == ' ' && afterFirst < text.Length)
        {
            var nextKind = KindAt(text, afterFirst, out var nextWidth);
            if (nextKind != Kind.Space)
                return RunEnd(text, afterFirst + nextWidth, nextKind);
        }

        // A longer run in front of something else leaves it the last white space; all of them are one unit wide.
        var end = RunEnd(text, afterFirst, Kind.Space);
        return end < text.Length && end > afterFirst ? end - 1 : end;
    }

    // Lower case and the ASCII apostrophe only; a letter that follows does not matter: 'dog is 'd + og.
    private static int Contraction(ReadOnlySpan<char> text)
    {
        if (text.Length < 2 || text[0] != '\'')
            return 0;
        if (text[1] is 's' or 't' or 'm' or 'd')
            return 2;
        return text.Length >= 3 && (text[1], text[2]) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }

    private static int RunEnd(ReadOnlySpan<char> text, int position, Kind kind)
    {
        while (position < text.Length && KindAt(text, position, out var width) == kind)
            position += width;
        return position;
    }

    private static Kind KindAt(ReadOnlySpan<char> text, int position, out int width)
    {
        var unit = text[position];
        if (unit < 0x80)
        {
            width = 1;
            return char.IsAsciiLetter(unit) ? Kind.Letter
                : char.IsAsciiDigit(unit) ? Kind.Number
                : unit is ' ' or (>= '\t' and <= '\r') ? Kind.Space
                : Kind.Other;
        }

        // An unpaired surrogate decodes to U+FFFD, one unit wide: a symbol, which is also how its bytes are written.
        Rune.DecodeFromUtf16(text[position..], out var rune, out width);
        if (Rune.IsWhiteSpace(rune))
            return Kind.Space;
        return Rune.GetUnicodeCategory(rune) switch
        {
            <= UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
            _ => Kind.Other,
        };
    }
}
