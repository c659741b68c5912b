using System.Text.Json;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Classifier.Tests;

/// <summary>What Hugging Face computed for a text with the fixture checkpoint, truncated to a number of tokens.</summary>
internal sealed record Golden(string Text, int MaxLength, float[] Logits, float[] Scores)
{
    public static readonly string[] Labels = ["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"];

    // Hugging Face rounded its scores to six digits and computes in another order.
    public const float Tolerance = 1e-4f;

    // Before All, which is read with it.
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static readonly IReadOnlyList<Golden> All = Read();

    public static IReadOnlyList<Golden> Of(int maxLength) => [.. All.Where(golden => golden.MaxLength == maxLength)];

    /// <summary>The scores of one result of /classify.</summary>
    public static float[] ScoresOf(JsonElement result) => [.. result.GetProperty("scores").EnumerateObject().Select(score => score.Value.GetSingle())];

    public static string[] FlaggedIn(JsonElement result) => [.. result.GetProperty("flagged").EnumerateArray().Select(label => label.GetString()!)];

    public static void AssertClose(IReadOnlyList<float> expected, IReadOnlyList<float> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0; i < expected.Count; i++)
        {
            Assert.InRange(actual[i], expected[i] - Tolerance, expected[i] + Tolerance);
        }
    }

    private static Golden[] Read()
    {
        using var file = File.OpenRead(RepositoryFiles.Data("huggingface", "bert", "classification_goldens.json"));
        return JsonSerializer.Deserialize<Golden[]>(file, SnakeCase)!;
    }
}
