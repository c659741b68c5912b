using System.Text.RegularExpressions;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// The classifier on top of a BERT in TensorFlow. google-research/bert's run_classifier calls it <c>output_weights</c>, [labels, hidden],
/// and <c>output_bias</c>; its forks create it in other scopes or as a dense layer, whose kernel is [hidden, labels].
/// </summary>
/// <param name="WeightName">Of the variable.</param>
/// <param name="IsTransposed">Whether it is [hidden, labels].</param>
internal sealed partial record BertHead(string WeightName, string BiasName, long Labels, bool IsTransposed)
{
    public const string Weight = "output_weights";
    public const string Bias = "output_bias";

    private const string WordEmbeddings = "bert/embeddings/word_embeddings";

    /// <param name="owner">The checkpoint, for the message.</param>
    /// <param name="variables">Without an optimizer's.</param>
    /// <returns>Null if there is none, or this is no BERT.</returns>
    /// <exception cref="CheckpointException">Several could be it.</exception>
    public static BertHead? Find(string owner, IEnumerable<StoredTensor> variables)
    {
        var byName = variables.ToDictionary(v => v.Name, StringComparer.Ordinal);
        if (!byName.TryGetValue(WordEmbeddings, out var words) || words.Shape is not [_, var hidden])
            return null;
        BertHead[] heads = [.. byName.Values.OrderBy(v => v.Name, StringComparer.Ordinal).Select(v => Of(v, hidden, byName)).OfType<BertHead>()];
        // Another of a less usual name may be what else was trained.
        if (heads.Where(head => UsualName().IsMatch(head.WeightName)).ToArray() is [var usual])
            return usual;
        return heads.Length <= 1
            ? heads.FirstOrDefault()
            : throw Refusal.Of(owner, $"{heads.Length} variables that may be the classifier ({string.Join(", ", heads.Select(head => head.WeightName))})", "one");
    }

    private static BertHead? Of(StoredTensor weight, long hidden, Dictionary<string, StoredTensor> byName)
    {
        if (weight.Shape is not [var rows, var columns] || Name().Match(weight.Name) is not { Success: true } name || NotAHead().IsMatch(weight.Name))
            return null;
        var kind = name.Groups["kind"].Value;
        var bias = name.Groups["stem"].Value + (kind == "w" ? "b" : "bias");
        if (!byName.TryGetValue(bias, out var biases) || biases.Shape is not [var labels])
            return null;
        bool isOfLabels = rows == labels && columns == hidden, isOfInputs = rows == hidden && columns == labels;
        // As many labels as hidden units: then only the name tells.
        return isOfLabels || isOfInputs
            ? new BertHead(weight.Name, bias, labels, isOfInputs && (!isOfLabels || kind == "kernel"))
            : null;
    }

    // Keras numbers its layers: dense, dense_1.
    [GeneratedRegex(@"^(?<stem>.*(output|classifier).*?|(.+/)?dense(_[0-9]+)?/)(?<kind>kernel|weights?|w)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Name();

    [GeneratedRegex(@"^((loss|classifier)/)?output_weights$|^classifier/kernel$", RegexOptions.CultureInvariant)]
    private static partial Regex UsualName();

    // BERT's own layers, and the heads of its pre-training.
    [GeneratedRegex(@"^bert/|^cls/(predictions|seq_relationship)/", RegexOptions.CultureInvariant)]
    private static partial Regex NotAHead();
}
