using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

public sealed class RowMathTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(100)]
    [InlineData(768)]
    public void Round_AnyWidth_NearestCodesAndTheLargestAtTheEnd(int width)
    {
        var row = Numbers(width);
        var codes = new byte[width];
        var scale = RowMath.Round(row, codes);
        Assert.Equal(row.Max(MathF.Abs) / 127, scale);
        Assert.Contains(codes, code => code is 1 or 255);
        Assert.All(row.Zip(codes), pair => Assert.InRange(Math.Abs(pair.First - ((pair.Second - 128) * (double)scale)), 0, scale * 0.50001));
    }

    // With a scale of 1: halves go to the even neighbour.
    [Fact]
    public void Round_Halves_ToEven()
    {
        var codes = new byte[8];
        Assert.Equal(1, RowMath.Round([127, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -126.5f, 0], codes));
        Assert.Equal([255, 128, 130, 130, 128, 126, 2, 128], codes);
    }

    [Fact]
    public void Round_Zeros_TheirCodeAndAScaleToDivideBy()
    {
        var codes = new byte[40];
        Assert.InRange(RowMath.Round(new float[40], codes), float.Epsilon, 1e-30f);
        Assert.All(codes, code => Assert.Equal(128, code));
    }

    [Theory]
    [InlineData(3, float.NaN)]
    [InlineData(39, float.NaN)]
    [InlineData(3, float.PositiveInfinity)]
    [InlineData(39, float.NegativeInfinity)]
    public void Round_ValueNotFinite_ScaleShowsIt(int at, float value)
    {
        var row = Numbers(40);
        row[at] = value;
        Assert.False(float.IsFinite(RowMath.Round(row, new byte[40])));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(27)]
    [InlineData(768)]
    public void Normalize_AnyWidth_AsInDoubles(int width)
    {
        float[] row = [.. Numbers(width).Select(x => x + 3)], weight = Numbers(width + 1)[1..], bias = Numbers(width + 2)[2..], result = new float[width];
        RowMath.Normalize(row, weight, bias, 1e-5f, result);
        double mean = row.Average(x => (double)x), variance = row.Average(x => Math.Pow(x - mean, 2));
        Assert.All(Enumerable.Range(0, width), i =>
            Assert.Equal(((row[i] - mean) / Math.Sqrt(variance + 1e-5f) * weight[i]) + bias[i], result[i], 1e-5));
    }

    // Between -1 and 1, without a pattern.
    private static float[] Numbers(int count)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
    }
}
