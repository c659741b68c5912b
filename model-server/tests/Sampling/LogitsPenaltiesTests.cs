using System.Collections.Frozen;
using ElasticSynapse.ModelServer.Sampling;

namespace ElasticSynapse.ModelServer.Tests.Sampling;

public class LogitsPenaltiesTests
{
    [Fact]
    public void Apply_PresenceAndFrequency_CountGeneratedTokensOnly()
    {
        // Token 0 stands in the prompt alone, 1 was generated once, 2 twice.
        Assert.Equal(
            [1f, 1f - 0.5f - 0.25f, 1f - 0.5f - (2 * 0.25f), 1f],
            Apply([1, 1, 1, 1], [0, 1, 2, 2], 1, new SamplingParameters { PresencePenalty = 0.5f, FrequencyPenalty = 0.25f }));
    }

    [Fact]
    public void Apply_RepetitionPenalty_CountsThePromptToo() =>
        Assert.Equal([2f, -4f, 1f], Apply([4, -2, 1], [0, 1, 1], 2, new SamplingParameters { RepetitionPenalty = 2 }));

    [Fact]
    public void Apply_BiasComesBeforeThePenalty() =>
        Assert.Equal([3f, 0f], Apply([4, 0], [0], 1, new SamplingParameters { LogitBias = new Dictionary<int, float> { [0] = 2 }, RepetitionPenalty = 2 }));

    [Theory]
    [InlineData(1, float.NegativeInfinity)]
    [InlineData(2, 1)]
    public void Apply_MinTokens_BansTheEndUntilThen(int generated, float expected)
    {
        int[] sequence = [0, .. Enumerable.Repeat(1, generated)];
        Assert.Equal([1f, 1f, expected], Apply([1, 1, 1], sequence, 1, new SamplingParameters { MinTokens = 2 }));
    }

    [Fact]
    public void Apply_NgramsOfOne_BanEverythingSeen() =>
        Assert.Equal([float.NegativeInfinity, float.NegativeInfinity, 1f], Apply([1, 1, 1], [0, 1], 1, new SamplingParameters { NoRepeatNgramSize = 1 }));

    private static float[] Apply(float[] scores, int[] sequence, int promptLength, SamplingParameters parameters)
    {
        LogitsPenalties.Apply(scores, sequence, promptLength, parameters with { EndTokens = new[] { 2 }.ToFrozenSet() }, []);
        return scores;
    }
}
