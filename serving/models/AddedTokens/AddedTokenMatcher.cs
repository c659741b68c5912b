using System.Buffers;
using System.Text;

namespace ElasticSynapse.Serving.Models;

/// <summary>Finds added tokens in a text: leftmost first, the longest of those that begin there. Source: huggingface/tokenizers,
/// <c>AddedVocabulary::find_matches</c>.</summary>
public sealed class AddedTokenMatcher
{
    private readonly SearchValues<string> _texts;
    private readonly AddedToken[] _longestFirst;
    private readonly bool _hasOrdinary;

    public AddedTokenMatcher(IEnumerable<AddedToken> tokens)
    {
        _longestFirst = [.. tokens.OrderByDescending(token => token.Text.Length)];
        _hasOrdinary = _longestFirst.Any(token => !token.Special);
        _texts = SearchValues.Create([.. _longestFirst.Select(token => token.Text)], StringComparison.Ordinal);
    }

    /// <summary>The first match at or after <paramref name="from"/>, with the white space that it swallows.</summary>
    /// <param name="allowSpecial">false: the text of a special token is text, <c>split_special_tokens</c> of Hugging Face.</param>
    /// <returns>null where there is none.</returns>
    public (AddedToken Token, int Start, int Stop)? Find(ReadOnlySpan<char> text, int from, bool allowSpecial)
    {
        if (!allowSpecial && !_hasOrdinary)
            return null;
        for (var position = from; text[position..].IndexOfAny(_texts) is var found and >= 0;)
        {
            var start = position + found;
            var token = LongestAt(text[start..]);
            position = start + token.Text.Length;
            if ((token.Special && !allowSpecial) || (token.SingleWord && WordCharacter.Adjoins(text, start, position)))
                continue;
            var stop = position;
            // White space is one UTF-16 unit each.
            while (token.StripLeft && start > from && Rune.IsWhiteSpace(UnitAt(text, start - 1)))
                start--;
            while (token.StripRight && stop < text.Length && Rune.IsWhiteSpace(UnitAt(text, stop)))
                stop++;
            return (token, start, stop);
        }
        return null;
    }

    private AddedToken LongestAt(ReadOnlySpan<char> text)
    {
        foreach (var token in _longestFirst)
        {
            if (text.StartsWith(token.Text, StringComparison.Ordinal))
                return token;
        }
        throw new InvalidOperationException("no added token begins where one was found");
    }

    private static Rune UnitAt(ReadOnlySpan<char> text, int index) =>
        Rune.TryCreate(text[index], out var rune) ? rune : Rune.ReplacementChar;
}
