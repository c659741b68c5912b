using System.Text.Json;
using ElasticSynapse.Benchmarks.Classifier;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Benchmarks.Devices;

/// <summary>What the classifier's session computes on a device, and how fast.</summary>
internal static class ClassifierOnDevice
{
    /// <param name="folder">A checkpoint with tokenizer_goldens.json and classification_goldens.json, Hugging Face's tokens and
    /// logits.</param>
    /// <returns>The largest difference of a logit, all texts in batches of eight.</returns>
    public static double Parity(BertModel model, string folder)
    {
        using var tokens = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "tokenizer_goldens.json")));
        using var goldens = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "classification_goldens.json")));
        var ids = tokens.RootElement.EnumerateArray().ToLookup(text => text.GetProperty("text").GetString(), text => text.GetProperty("ids").Deserialize<int[]>()!);
        // Those that were not truncated.
        var texts = goldens.RootElement.EnumerateArray()
            .Select(golden => (Ids: ids[golden.GetProperty("text").GetString()].First(), Logits: golden.GetProperty("logits").Deserialize<double[]>()!, MaxLength: golden.GetProperty("max_length").GetInt32()))
            .Where(text => text.Ids.Length <= text.MaxLength);
        var difference = 0.0;
        foreach (var batch in texts.Chunk(8))
        {
            var logits = BertRun.Run(model, [.. batch.Select(text => text.Ids)]);
            var expected = batch.SelectMany(text => text.Logits).ToArray();
            difference = Math.Max(difference, logits.Select((logit, i) => Math.Abs(logit - expected[i])).Max());
        }
        return difference;
    }

    /// <summary>Texts of so many tokens a second, so many a run.</summary>
    public static double Speed(BertModel model, int texts, int tokens)
    {
        var batch = Enumerable.Range(0, texts).Select(text => BertRun.Text(text, tokens, model.Config.VocabularySize)).ToArray();
        return texts * GeneratorOnDevice.PerSecond(() => BertRun.Run(model, batch));
    }
}
