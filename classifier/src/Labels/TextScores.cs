using ElasticSynapse.Classifier.Explanation;

namespace ElasticSynapse.Classifier.Labels;

/// <summary>What came out for one text.</summary>
/// <param name="Probabilities">[labels], in the checkpoint's order; the highest of all windows where there are several.</param>
/// <param name="Flagged">[labels]: whether the probability reaches the label's threshold.</param>
/// <param name="Tokens">Tokens that the model read, with [CLS] and [SEP].</param>
/// <param name="IsTruncated">Whether the text had more tokens than the model takes; the rest was not read.</param>
internal sealed record TextScores(float[] Probabilities, bool[] Flagged, int Tokens, bool IsTruncated)
{
    /// <summary>[labels]: what the probabilities were computed from.</summary>
    public float[] Logits { get; init; } = [];

    /// <summary>Which windows scored highest; null where the text was not read window by window.</summary>
    public HighestWindows? Windows { get; init; }

    /// <summary>What each word does; null where nobody asked.</summary>
    public WordEffect[]? Explanation { get; init; }
}
