using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tool;

/// <summary>The files that a checkpoint's tokenizer is read from: a service does not start without them.</summary>
internal static class Vocabulary
{
    private static readonly string[][] OfGpt2 = [["tokenizer.json"], ["vocab.json", "merges.txt"], ["encoder.json", "vocab.bpe"]];
    private static readonly string[][] OfBert = [["vocab.txt"], ["tokenizer.json"]];

    /// <summary>Their names; null if they are not there.</summary>
    public static string? Of(LoadedCheckpoint checkpoint) =>
        Forms(checkpoint).FirstOrDefault(form => form.All(name => File.Exists(SavedModelAssets.Find(checkpoint.Folder, name)))) is { } form ? string.Join(" and ", form) : null;

    public static string Accepted(LoadedCheckpoint checkpoint) => string.Join(", or ", Forms(checkpoint).Select(form => string.Join(" and ", form)));

    private static string[][] Forms(LoadedCheckpoint checkpoint) => checkpoint.Gpt2 is not null ? OfGpt2 : OfBert;
}
