using System.Text.Json;
using ElasticSynapse.Tests;

namespace ElasticSynapse.ModelServer.Tests;

/// <summary>What Hugging Face computed from the fixture checkpoint; see tests/data/README.md.</summary>
internal static class Goldens
{
    public static readonly JsonElement[] Generation = Read("generation_goldens.json");

    public static string Prompt(this JsonElement golden) => golden.GetProperty("prompt").GetString()!;

    public static float[] Floats(this JsonElement element) => [.. element.EnumerateArray().Select(item => item.GetSingle())];

    public static int[] Ints(this JsonElement element) => [.. element.EnumerateArray().Select(item => item.GetInt32())];

    private static JsonElement[] Read(string file) =>
        JsonSerializer.Deserialize<JsonElement[]>(File.ReadAllBytes(RepositoryFiles.Data("huggingface", "gpt2", file)))!;
}
