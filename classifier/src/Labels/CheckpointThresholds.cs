using System.Text.Json;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Classifier.Labels;

/// <summary>Reads <c>thresholds.json</c>, which training leaves beside the weights: <c>{"toxic": 0.3, …}</c>.</summary>
internal static class CheckpointThresholds
{
    public const string FileName = "thresholds.json";

    /// <returns>By label; empty where the folder has no such file.</returns>
    /// <exception cref="CheckpointException">The file names a label that the model lacks, or a threshold is no probability.</exception>
    public static Dictionary<string, double> Read(string folder, IReadOnlyList<string> labels)
    {
        var thresholds = new Dictionary<string, double>(StringComparer.Ordinal);
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return thresholds;
        }
        using var document = TokenizerFile.ReadJson(path);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (!labels.Contains(member.Name))
            {
                throw new CheckpointException($"{path}: '{member.Name}' is no label of the model; it has {string.Join(", ", labels)}");
            }
            if (member.Value.ValueKind != JsonValueKind.Number || member.Value.GetDouble() is not (>= 0 and <= 1 and var threshold))
            {
                throw new CheckpointException($"{path}: {member.Name} is {TokenizerFile.Shorten(member.Value)}; accepted: a number between 0 and 1");
            }
            thresholds[member.Name] = threshold;
        }
        return thresholds;
    }
}
