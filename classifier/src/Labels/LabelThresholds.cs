using ElasticSynapse.Serving.Hosting.Configuration;

namespace ElasticSynapse.Classifier.Labels;

/// <summary>The probability from which each label is flagged.</summary>
internal sealed class LabelThresholds
{
    private readonly float[] _thresholds; // [labels]

    private LabelThresholds(float[] thresholds) => _thresholds = thresholds;

    /// <param name="options">The common threshold and those of single labels.</param>
    /// <param name="labels">The checkpoint's, in order.</param>
    /// <param name="mistakes">Takes the thresholds of labels that the checkpoint does not have.</param>
    public static LabelThresholds Of(ClassificationOptions options, IReadOnlyList<string> labels, OptionsReader mistakes)
    {
        foreach (var name in options.Thresholds.Keys.Where(name => !labels.Contains(name, StringComparer.OrdinalIgnoreCase)))
        {
            mistakes.Add($"Classification__Thresholds__{name} is no label of the model; it has {string.Join(", ", labels)}");
        }
        // Configuration keys have no case of their own, so neither have the names here.
        return new([.. labels.Select(label => (float)options.Thresholds.GetValueOrDefault(label, options.Threshold))]);
    }

    /// <summary>Compared as float, as the probability is shown: 0.7 is not below a threshold of 0.7.</summary>
    public bool IsFlagged(int label, float probability) => probability >= _thresholds[label];
}
