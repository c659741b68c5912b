using ElasticSynapse.Serving.Hosting.Configuration;

namespace ElasticSynapse.Classifier.Labels;

/// <summary>The probability from which each label is flagged.</summary>
internal sealed class LabelThresholds
{
    /// <summary>Where neither the options nor the checkpoint say.</summary>
    private const double Default = 0.5;

    private readonly float[] _thresholds; // [labels]

    private LabelThresholds(float[] thresholds) => _thresholds = thresholds;

    /// <summary>A label's own option, else the common option, else the checkpoint's, else 0.5.</summary>
    /// <param name="options">The common threshold and those of single labels.</param>
    /// <param name="ofCheckpoint">What the checkpoint says, by label.</param>
    /// <param name="labels">The checkpoint's, in order.</param>
    /// <param name="mistakes">Takes the thresholds of labels that the checkpoint does not have.</param>
    public static LabelThresholds Of(
        ClassificationOptions options, IReadOnlyDictionary<string, double> ofCheckpoint, IReadOnlyList<string> labels, OptionsReader mistakes)
    {
        foreach (var name in options.Thresholds.Keys.Where(name => !labels.Contains(name, StringComparer.OrdinalIgnoreCase)))
        {
            mistakes.Add($"Classification__Thresholds__{name} is no label of the model; it has {string.Join(", ", labels)}");
        }
        // Configuration keys have no case of their own, so neither have the names here.
        return new([.. labels.Select(label => (float)(options.Thresholds.TryGetValue(label, out var own) ? own
            : options.Threshold ?? ofCheckpoint.GetValueOrDefault(label, Default)))]);
    }

    /// <summary>Compared as float, as the probability is shown: 0.7 is not below a threshold of 0.7.</summary>
    /// <param name="instead">A threshold that goes before the label's own.</param>
    public bool IsFlagged(int label, float probability, double? instead = null) => probability >= ((float?)instead ?? _thresholds[label]);
}
