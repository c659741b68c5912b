using ElasticSynapse.Classifier.Tokenization;

namespace ElasticSynapse.Classifier.Explanation;

/// <summary>Explains a text by what changes when a word is taken out.</summary>
/// <remarks>Zeiler and Fergus 2014, on words: Li et al. 2016, "Understanding neural networks through representation erasure".</remarks>
internal static class Occlusion
{
    /// <summary>The ids that are left without the word.</summary>
    /// <param name="tokens">[tokens] of the text, or a stretch of them.</param>
    public static int[] Without(ReadOnlySpan<WordPieceToken> tokens, WordSpan word)
    {
        var left = new int[tokens.Length - word.Count];
        for (var i = 0; i < left.Length; i++)
        {
            left[i] = tokens[i < word.First ? i : i + word.Count].Id;
        }
        return left;
    }

    /// <param name="whole">[labels]: probabilities of the text.</param>
    /// <param name="without">[words][labels]: of the text without each word.</param>
    public static WordEffect[] Effects(WordSpan[] words, float[] whole, float[][] without) =>
        [.. words.Select((word, i) => new WordEffect(word.Start, word.Stop, [.. whole.Select((probability, label) => probability - without[i][label])]))];
}
