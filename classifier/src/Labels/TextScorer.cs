using ElasticSynapse.Classifier.Reading;

namespace ElasticSynapse.Classifier.Labels;

/// <summary>Turns the logits of a text's sequences into its probabilities and flags.</summary>
/// <param name="probabilities">[labels] from [labels]: the checkpoint's sigmoid or softmax.</param>
internal sealed class TextScorer(Func<float[], float[]> probabilities, LabelThresholds thresholds)
{
    /// <param name="text">As it was read.</param>
    /// <param name="logits">[sequences][labels].</param>
    /// <param name="threshold">Probability from which any label is flagged; null leaves it to the labels' own.</param>
    public TextScores Score(ReadText text, ReadOnlySpan<float[]> logits, double? threshold)
    {
        var best = new int[logits[0].Length]; // [labels]: the sequence with the label's highest probability; the first of equals
        var highest = probabilities(logits[0]);
        for (var sequence = 1; sequence < logits.Length; sequence++)
        {
            var here = probabilities(logits[sequence]);
            for (var label = 0; label < best.Length; label++)
            {
                if (here[label] > highest[label])
                {
                    (highest[label], best[label]) = (here[label], sequence);
                }
            }
        }
        var ofBest = new float[best.Length];
        for (var label = 0; label < best.Length; label++)
        {
            ofBest[label] = logits[best[label]][label];
        }
        bool[] flagged = [.. highest.Select((probability, label) => thresholds.IsFlagged(label, probability, threshold))];
        return new TextScores(highest, flagged, text.Tokens, text.IsTruncated)
        {
            Logits = ofBest,
            Windows = text.Windows is { } windows
                ? new HighestWindows(windows.Length, best[Strongest(highest)], [.. best.Select(window => (windows[window].Start, windows[window].Stop))])
                : null,
        };
    }

    /// <summary>[labels] from [labels].</summary>
    public float[] Probabilities(float[] logits) => probabilities(logits);

    private static int Strongest(float[] values) => Array.IndexOf(values, values.Max());
}
