using System.Text.Json;
using System.Text.Json.Serialization;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>What Hugging Face computed for one prompt of the GPT-2 fixture.</summary>
internal sealed record Gpt2Golden(
    [property: JsonPropertyName("prompt")] string Prompt,
    [property: JsonPropertyName("ids")] long[] Ids,
    [property: JsonPropertyName("last_logits")] float[] LastLogits,
    [property: JsonPropertyName("argmax_each_position")] int[] ArgmaxEachPosition)
{
    public static string Folder { get; } = RepositoryFiles.Data("huggingface", "gpt2");

    public static IReadOnlyList<Gpt2Golden> All { get; } =
        JsonSerializer.Deserialize<Gpt2Golden[]>(File.ReadAllText(Path.Combine(Folder, "generation_goldens.json")))!;
}
