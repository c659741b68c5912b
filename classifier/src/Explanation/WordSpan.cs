using System.Text;
using ElasticSynapse.Classifier.Tokenization;

namespace ElasticSynapse.Classifier.Explanation;

/// <summary>A word of a text, or several in a row, as tokens and as characters.</summary>
/// <param name="First">Index of the first token.</param>
/// <param name="Count">Tokens.</param>
/// <param name="Start">First UTF-16 unit.</param>
/// <param name="Stop">Behind the last unit.</param>
internal readonly record struct WordSpan(int First, int Count, int Start, int Stop)
{
    /// <summary>The words of a text: what white space sets apart, and each Chinese character by itself, which nothing sets
    /// apart. Where there are more than <paramref name="most"/>, neighbours stand together, as few as possible.</summary>
    /// <param name="text">The text.</param>
    /// <param name="tokens">Its own tokens, or a stretch of them, in order.</param>
    /// <param name="most">Most spans, at least 1.</param>
    public static WordSpan[] Of(string text, ReadOnlySpan<WordPieceToken> tokens, int most)
    {
        var words = new List<WordSpan>();
        for (var i = 0; i < tokens.Length; i++)
        {
            var token = tokens[i];
            if (i > 0 && Continues(text, tokens[i - 1], token))
            {
                words[^1] = words[^1] with { Count = words[^1].Count + 1, Stop = Math.Max(words[^1].Stop, token.Stop) };
            }
            else
            {
                words.Add(new WordSpan(i, 1, token.Start, token.Stop));
            }
        }
        var together = (words.Count + most - 1) / most;
        return together <= 1 ? [.. words] : [.. words.Chunk(together).Select(Join)];
    }

    // A character that the tokenizer drops inside a word leaves a gap.
    private static bool Continues(string text, WordPieceToken last, WordPieceToken next) =>
        next.Text.StartsWith("##", StringComparison.Ordinal)
        || (next.Start <= last.Stop && !IsCjk(text, last) && !IsCjk(text, next));

    private static bool IsCjk(string text, WordPieceToken token) =>
        Rune.TryGetRuneAt(text, token.Start, out var character) && BertCharacters.IsCjk(character);

    private static WordSpan Join(WordSpan[] words) =>
        new(words[0].First, words.Sum(word => word.Count), words[0].Start, words[^1].Stop);
}
