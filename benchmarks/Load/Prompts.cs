namespace ElasticSynapse.Benchmarks.Load;

/// <summary>Prompts of random tokens: the same for every contender, and none like another, so that no cache of prompts helps.</summary>
internal static class Prompts
{
    // Ids that every GPT-2 vocabulary in question has and that are no special tokens.
    private const int FirstToken = 256;

    /// <param name="round">With <paramref name="client"/> and <paramref name="request"/> it decides the tokens.</param>
    /// <param name="tokens">How many.</param>
    /// <param name="vocabulary">Ids lie below it.</param>
    public static int[] Random(int round, int client, int request, int tokens, int vocabulary)
    {
        var random = Seeded(round, client, request);
        var prompt = new int[tokens];
        for (var i = 0; i < tokens; i++)
        {
            prompt[i] = random.Next(Math.Min(FirstToken, vocabulary / 2), vocabulary);
        }
        return prompt;
    }

    /// <summary>A length around <paramref name="mean"/>, from half of it to one and a half: with equal lengths all streams
    /// would end and start together.</summary>
    public static int Length(int round, int client, int request, int mean) =>
        Seeded(round, client, ~request).Next(mean / 2, mean + (mean / 2) + 1);

    private static Random Seeded(int round, int client, int request) => new(HashCode(round, client, request));

    // System.HashCode differs from process to process.
    private static int HashCode(int round, int client, int request) => (((round * 1_009) + client) * 100_003) + request;
}
