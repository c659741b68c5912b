using ElasticSynapse.ModelServer.Decoding;
using ElasticSynapse.ModelServer.Sampling;

namespace ElasticSynapse.ModelServer.Tests.Sampling;

public sealed class BestScoresTests
{
    private const int Vocabulary = 60, Count = 12;

    [Fact]
    public void NextOf_RandomLogitsAndParameters_IsTheTokenOfAllLogitsOrNone()
    {
        var random = new Random(1);
        var sampler = new TokenSampler(Vocabulary);
        var decided = 0;
        for (var i = 0; i < 4_000; i++)
        {
            // Few different values: ties at every border.
            var logits = Enumerable.Range(0, Vocabulary).Select(_ => (float)random.Next(-8, 8) / 2).ToArray();
            var sequence = Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.Next(Vocabulary)).ToArray();
            var parameters = new SamplingParameters
            {
                Temperature = random.Next(3) == 0 ? 0 : 0.5f + random.NextSingle(),
                TopK = random.Next(4) == 0 ? 0 : random.Next(1, 14),
                TopP = random.Next(2) == 0 ? 1 : random.NextSingle(),
                MinP = random.Next(3) == 0 ? random.NextSingle() : 0,
                RepetitionPenalty = Any(1f, 1f, 1.5f, 0.8f),
                PresencePenalty = Any(0f, 0f, 1f, -1f),
                FrequencyPenalty = Any(0f, 0f, 0.5f, -0.5f),
                NoRepeatNgramSize = Any(0, 0, 1, 2),
                LogitBias = random.Next(5) == 0 ? new Dictionary<int, float> { [random.Next(Vocabulary)] = random.Next(-9, 9) } : [],
                MinTokens = random.Next(3) * 10,
                EndTokens = new HashSet<int> { 3 },
                Seed = i,
            };
            var prompt = random.Next(sequence.Length + 1);
            var order = Enumerable.Range(0, Vocabulary).OrderByDescending(token => logits[token]).ThenBy(token => token).Take(Count).ToArray();
            var best = new BestLogits([.. order.Select(token => (long)token)], [.. order.Select(token => logits[token])]);
            if (sampler.NextOf(best, sequence, prompt, parameters) is { } token)
            {
                decided++;
                Assert.Equal(sampler.Next(logits, sequence, prompt, parameters), token);
            }
        }
        Assert.InRange(decided, 500, 3_500);

        T Any<T>(params T[] values) => values[random.Next(values.Length)];
    }

    [Fact]
    public void NextOf_WithoutTheBest_None() =>
        Assert.Null(new TokenSampler(Vocabulary).NextOf(default, [1], 1, new SamplingParameters { Temperature = 0 }));
}
