using ElasticSynapse.ModelServer.Sampling;

namespace ElasticSynapse.ModelServer.Tests.Sampling;

public class ColumnMaximaTests
{
    // Around the number of columns, and of a real vocabulary; few values, so that the largest stands in many places.
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_023)]
    [InlineData(1_024)]
    [InlineData(1_025)]
    [InlineData(4_099)]
    [InlineData(50_257)]
    public void IndexOfMax_ManyEqualScores_IsTheFirstOfTheLargest(int length)
    {
        var random = new Random(length);
        var maxima = new ColumnMaxima(length);
        for (var round = 0; round < 200; round++)
        {
            var scores = Scores(random, length, values: random.Next(1, 3 * length));
            Assert.Equal(Array.IndexOf(scores, scores.Max()), maxima.IndexOfMax(scores));
        }
    }

    [Theory]
    [InlineData(5, 3)]
    [InlineData(3_000, 2_999)]
    public void IndexOfMax_NaN_IsItsPlace(int length, int place)
    {
        var scores = new float[length];
        scores[place] = float.NaN;
        Assert.Equal(place, new ColumnMaxima(length).IndexOfMax(scores));
    }

    [Fact]
    public void IndexOfMax_NegativeInfinityAlone_IsTheFirst() =>
        Assert.Equal(0, new ColumnMaxima(2_000).IndexOfMax([.. Enumerable.Repeat(float.NegativeInfinity, 2_000)]));

    [Theory]
    [InlineData(50_257, 1, 1)]
    [InlineData(50_257, 40, 60)]
    [InlineData(50_257, 1_000, 1_200)]
    [InlineData(2_048, 100, 120)]
    public void Floor_DifferentScores_AtLeastKReachItAndFewMore(int length, int k, int most)
    {
        var random = new Random(k);
        var maxima = new ColumnMaxima(length);
        for (var round = 0; round < 20; round++)
        {
            var scores = Scores(random, length, values: 1 << 24);
            var floor = maxima.Floor(scores, k);
            Assert.InRange(scores.Count(score => score >= floor), k, most);
        }
    }

    [Fact]
    public void Floor_ToMany_IsNone() => Assert.Equal(float.NegativeInfinity, new ColumnMaxima(50_257).Floor(new float[50_257], 4_000));

    private static float[] Scores(Random random, int length, int values) => [.. Enumerable.Range(0, length).Select(_ => (float)-random.Next(values))];
}
