using System.Globalization;

namespace ElasticSynapse.Benchmarks.Classifier;

/// <summary>Texts of random words, each of which the checkpoint's tokenizer knows as one token: the same for every contender, and
/// none like another.</summary>
internal static class Texts
{
    private const double MedianTokens = 35;
    private const double Spread = 0.8; // of the logarithm: one text of a hundred is longer than 225 tokens
    private const int FewestTokens = 4;
    private const int SpecialTokens = 2; // [CLS] and [SEP]

    /// <summary>Words of the checkpoints of random weights: <c>word0</c> and so on.</summary>
    public const int Words = 30_000;

    /// <summary>Tokens of a text, special ones included: log-normal, as comments on the web are.</summary>
    public static int Length(int round, int client, int request, int most)
    {
        var random = Seeded(round, client, request);
        // Box and Muller 1958.
        var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return (int)Math.Clamp(MedianTokens * Math.Exp(Spread * normal), FewestTokens, most);
    }

    /// <param name="round">With <paramref name="client"/> and <paramref name="request"/> it decides the words.</param>
    /// <param name="tokens">With the special ones.</param>
    public static string Random(int round, int client, int request, int tokens)
    {
        var random = Seeded(round, client, ~request);
        return string.Join(' ', Enumerable.Range(0, tokens - SpecialTokens)
            .Select(_ => string.Create(CultureInfo.InvariantCulture, $"word{random.Next(Words)}")));
    }

    private static Random Seeded(int round, int client, int request) => new((((round * 1_009) + client) * 100_003) + request);
}
