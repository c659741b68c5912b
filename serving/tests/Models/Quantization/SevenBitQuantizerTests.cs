using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

public sealed class SevenBitQuantizerTests
{
    [Fact]
    public void Quantize_Weights_SymmetricSevenBitCodes()
    {
        var codes = new sbyte[5];
        Assert.Equal(1, SevenBitQuantizer.Quantize([63, -63, 0, 1.4f, -1.6f], codes));
        Assert.Equal([63, -63, 0, 1, -2], codes);
    }

    [Fact]
    public void Quantize_OnlyZeros_ScaleZero()
    {
        var codes = new sbyte[] { 1, 2 };
        Assert.Equal(0, SevenBitQuantizer.Quantize([0, 0], codes));
        Assert.Equal([0, 0], codes);
    }

    [Fact]
    public void Quantize_NotANumber_ShowsInTheScale() => Assert.True(float.IsNaN(SevenBitQuantizer.Quantize([1, float.NaN], new sbyte[2])));
}
