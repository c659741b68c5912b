using System.Text.Json;
using System.Text.Json.Serialization;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>What Hugging Face computed for one text of the BERT fixture.</summary>
internal sealed record BertGolden(long[] Ids, float[] Logits, float[] Scores)
{
    public static string Folder { get; } = RepositoryFiles.Data("huggingface", "bert");

    public static IReadOnlyList<BertGolden> All { get; } = Read();

    private static BertGolden[] Read()
    {
        var tokens = Json<Tokens[]>("tokenizer_goldens.json").GroupBy(t => t.Text).ToDictionary(g => g.Key, g => g.First());
        return [.. Json<Case[]>("classification_goldens.json").Select(c =>
            new BertGolden(c.MaxLength == 16 ? tokens[c.Text].IdsMax16 : Truncate(tokens[c.Text].Ids, c.MaxLength), c.Logits, c.Scores))];
    }

    // As the tokenizer truncates: the last token stays [SEP].
    private static long[] Truncate(long[] ids, int maxLength) =>
        ids.Length <= maxLength ? ids : [.. ids[..(maxLength - 1)], ids[^1]];

    private static T Json<T>(string file) => JsonSerializer.Deserialize<T>(File.ReadAllText(Path.Combine(Folder, file)))!;

    private sealed record Tokens(
        [property: JsonPropertyName("text")] string Text,
        [property: JsonPropertyName("ids")] long[] Ids,
        [property: JsonPropertyName("ids_max16")] long[] IdsMax16);

    private sealed record Case(
        [property: JsonPropertyName("text")] string Text,
        [property: JsonPropertyName("max_length")] int MaxLength,
        [property: JsonPropertyName("logits")] float[] Logits,
        [property: JsonPropertyName("scores")] float[] Scores);
}
