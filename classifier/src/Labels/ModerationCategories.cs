namespace ElasticSynapse.Classifier.Labels;

/// <summary>
/// The categories of OpenAI's moderation API, filled from a checkpoint's labels. A checkpoint with the six labels of
/// Jigsaw's toxic comments fills those of <see cref="Jigsaw"/>; a label that bears a category's own name fills that
/// category; all others stay 0.
/// </summary>
internal sealed class ModerationCategories
{
    /// <summary>All of OpenAI's, in the order of its documentation.</summary>
    public static readonly string[] Names =
    [
        "harassment", "harassment/threatening", "sexual", "hate", "hate/threatening", "illicit", "illicit/violent",
        "self-harm", "self-harm/intent", "self-harm/instructions", "sexual/minors", "violence", "violence/graphic",
    ];

    // Every label feeds a category, so "flagged" never contradicts the categories. Obscene is profanity in the Jigsaw data,
    // nothing sexual. A category with several labels takes the highest of them, or all of them: then the lowest.
    private static readonly Dictionary<string, (string[] Labels, bool All)> Jigsaw = new()
    {
        ["harassment"] = (["toxic", "severe_toxic", "obscene", "insult"], false),
        ["harassment/threatening"] = (["threat"], false),
        ["hate"] = (["identity_hate"], false),
        ["hate/threatening"] = (["identity_hate", "threat"], true),
        ["violence"] = (["threat"], false),
    };

    private readonly (int[] Labels, bool All)[] _sources; // [categories]: columns of the labels that feed it

    public ModerationCategories(IReadOnlyList<string> labels)
    {
        var columns = labels.Select((label, column) => (label, column)).ToDictionary(entry => entry.label, entry => entry.column);
        var isJigsaw = Jigsaw.Values.SelectMany(source => source.Labels).All(columns.ContainsKey);
        _sources = [.. Names.Select(name =>
            columns.TryGetValue(name, out var own) ? ([own], false)
            : isJigsaw && Jigsaw.TryGetValue(name, out var source) ? (source.Labels.Select(label => columns[label]).ToArray(), source.All)
            : (Array.Empty<int>(), false))];
        Extra = [.. Enumerable.Range(0, labels.Count).Where(column => !Names.Contains(labels[column]))];
    }

    /// <summary>Columns of the labels that are no category themselves; they stand behind the categories under their own names.</summary>
    public int[] Extra { get; }

    /// <summary>Whether any label feeds the category.</summary>
    public bool IsFed(int category) => _sources[category].Labels.Length > 0;

    public float Score(int category, TextScores scores)
    {
        var (labels, all) = _sources[category];
        var probabilities = labels.Select(label => scores.Probabilities[label]);
        return labels.Length == 0 ? 0 : all ? probabilities.Min() : probabilities.Max();
    }

    /// <summary>Each label is held against its own threshold, so a category is true as soon as one of its labels is flagged,
    /// even where another label with a higher threshold gave the category's score.</summary>
    public bool IsFlagged(int category, TextScores scores)
    {
        var (labels, all) = _sources[category];
        return all ? labels.All(label => scores.Flagged[label]) : labels.Any(label => scores.Flagged[label]);
    }
}
