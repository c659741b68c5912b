using ElasticSynapse.ModelServer.Sampling;

namespace ElasticSynapse.ModelServer.Tests.Sampling;

public class CounterRandomTests
{
    // Literal, because a change of the function would change every seeded text that users have on record.
    [Theory]
    [InlineData(0, 0, 0, 0.28176129772258496)]
    [InlineData(42, 0, 1, 0.7758668271140825)]
    [InlineData(42, 1, 1, 0.5981573446653645)]
    [InlineData(-1, 127, 1023, 0.3879927195508518)]
    public void NextDouble_GivenKey_NeverChanges(long seed, int choice, int position, double expected) =>
        Assert.Equal(expected, CounterRandom.NextDouble(seed, choice, position), 1e-15);

    [Fact]
    public void NextDouble_ManyPositions_FillsTheIntervalEvenly()
    {
        const int buckets = 20;
        const int draws = 20_000;
        var counts = new int[buckets];
        for (var position = 0; position < draws; position++)
        {
            counts[(int)(CounterRandom.NextDouble(7, 0, position) * buckets)]++;
        }
        // Chi-square with 19 degrees of freedom: 43.8 has a probability of one in a thousand; the seed is fixed.
        var expected = draws / (double)buckets;
        Assert.True(counts.Sum(count => (count - expected) * (count - expected) / expected) < 43.8);
    }
}
