using ElasticSynapse.Serving.Models;
using FsCheck.Fluent;

namespace ElasticSynapse.Serving.Tests.Models;

public sealed class BlockQuantizerTests
{
    [Fact]
    public void Quantize_Block_LowHalfFirstAndZeroIsEight()
    {
        // The farthest from zero, 8, gets code 0; the scale is negative then.
        var (codes, scales) = Quantize(new(16), [8, -7, 0, 1, 2, 3, 4, 5, 6, 7, -1, -2, -3, -4, -5, -6]);
        Assert.Equal([-1f], scales);
        Assert.Equal("F0-78-56-34-12-A9-CB-ED", BitConverter.ToString(codes));
    }

    [Fact]
    public void Quantize_ByteCodes_ZeroIs128()
    {
        var codes = new byte[7];
        Assert.Equal(0.0078125f, BlockQuantizer.Quantize([-1, 0.9921875f, 0, 0.5f, -0.5f, 0.25f, 0.0078125f], zeroPoint: 128, codes));
        Assert.Equal("00-FF-80-C0-40-A0-81", BitConverter.ToString(codes));
    }

    [Fact]
    public void Quantize_ShortLastBlock_FilledUpWithZeros()
    {
        var (codes, scales) = Quantize(new(16), [.. Enumerable.Repeat(-1f, 17)]);
        Assert.Equal(2, scales.Length);
        Assert.Equal("80-88-88-88-88-88-88-88", BitConverter.ToString(codes[8..]));
    }

    [Fact]
    public void Quantize_OnlyZeros_ScaleZero()
    {
        var (codes, scales) = Quantize(new(16), new float[16]);
        Assert.Equal([0f], scales);
        Assert.All(codes, code => Assert.Equal(0x88, code));
    }

    // As many as a column of a large model has: more than are rounded at once.
    [Fact]
    public void Quantize_LongColumn_OneScale()
    {
        var codes = new byte[6400];
        Assert.Equal(0.5f, BlockQuantizer.Quantize([-64, .. Enumerable.Repeat(1f, 6399)], zeroPoint: 128, codes));
        Assert.Equal([0, .. Enumerable.Repeat((byte)130, 6399)], codes);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Quantize_NotFinite_ShowsInTheScale(float weight)
    {
        var (_, scales) = Quantize(new(16), [weight, .. new float[15]]);
        Assert.False(float.IsFinite(scales[0]));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(128)]
    public void Quantize_AnyWeights_ComeBackWithinOneStepAtTheEndAndHalfAStepElsewhere(int size)
    {
        var format = new BlockFormat(size);
        SeededCheck.ForAll(Gen.Choose(-1_000_000, 1_000_000).Select(i => i / 1e6f).ArrayOf(200), weights =>
        {
            var (codes, scales) = Quantize(format, weights);
            return weights.Index().All(w =>
            {
                var scale = scales[w.Index / size];
                var code = (codes[w.Index / 2] >> (w.Index % 2 * 4)) & 15;
                var allowed = code == (2 * BlockFormat.ZeroPoint) - 1 ? 1.0001f : 0.5001f;
                return Math.Abs(((code - BlockFormat.ZeroPoint) * scale) - w.Item) <= allowed * Math.Abs(scale);
            });
        });
    }

    [Theory]
    [InlineData(8, 16)]
    [InlineData(64, 64)]
    [InlineData(65, 128)]
    [InlineData(6400, 128)]
    public void For_Inputs_SmallestBlockThatHoldsThemUpTo128(int inputs, int size) => Assert.Equal(size, BlockFormat.For(inputs).Size);

    private static (byte[] Codes, float[] Scales) Quantize(BlockFormat format, float[] weights)
    {
        var codes = new byte[format.Blocks(weights.Length) * format.BytesPerBlock];
        var scales = new float[format.Blocks(weights.Length)];
        BlockQuantizer.Quantize(weights, format, codes, scales);
        return (codes, scales);
    }
}
