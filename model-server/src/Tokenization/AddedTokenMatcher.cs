using System.Buffers;
using System.Text;

namespace ElasticSynapse.ModelServer.Tokenization;

/// <summary>Finds added tokens in a text: leftmost first, the longest of those that begin there. Source: Hugging Face
/// <c>AddedVocabulary::find_matches</c>.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly SearchValues<string> _texts;
    private readonly AddedToken[] _longestFirst;

    public AddedTokenMatcher(IEnumerable<AddedToken> tokens)
    {
        _longestFirst = [.. tokens.OrderByDescending(token => token.Text.Length)];
        _texts = SearchValues.Create([.. _longestFirst.Select(token => token.Text)], StringComparison.Ordinal);
    }

    /// <summary>The first match at or after <paramref name="from"/>, with the white space that it swallows.</summary>
    /// <returns>null where there is none.</returns>
    public (AddedToken Token, int Start, int Stop)? Find(ReadOnlySpan<char> text, int from)
    {
        var found = text[from..].IndexOfAny(_texts);
        if (found < 0)
            return null;
        var start = from + found;
        foreach (var token in _longestFirst)
        {
            if (!text[start..].StartsWith(token.Text, StringComparison.Ordinal))
                continue;
            var stop = start + token.Text.Length;
            // White space is one UTF-16 unit each.
            while (token.StripLeft && start > from && Rune.IsWhiteSpace(UnitAt(text, start - 1)))
                start--;
            while (token.StripRight && stop < text.Length && Rune.IsWhiteSpace(UnitAt(text, stop)))
                stop++;
            return (token, start, stop);
        }
        return null;
    }

    private static Rune UnitAt(ReadOnlySpan<char> text, int index) =>
        Rune.TryCreate(text[index], out var rune) ? rune : Rune.ReplacementChar;
}
