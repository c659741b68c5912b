using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

public sealed class HadamardTests
{
    [Theory]
    [InlineData(768, 64)]
    [InlineData(1600, 64)]
    [InlineData(48, 16)]
    [InlineData(50, 2)]
    [InlineData(27, 1)]
    public void BlockFor_Length_LargestPowerOfTwoUpTo64ThatDividesIt(int length, int block) => Assert.Equal(block, Hadamard.BlockFor(length));

    [Fact]
    public void Rotate_UnitVectors_RowsOfSylvestersMatrix()
    {
        float[] values = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
        Hadamard.Rotate(values, block: 4);
        Assert.Equal([1, 1, 1, 1, 1, -1, 1, -1, 1, 1, -1, -1, 1, -1, -1, 1], values);
    }

    // To the last bit, as for a vector of weights and for one of activations: a sum's order is that of the transform's steps.
    [Theory]
    [InlineData(64, 64)]
    [InlineData(768, 64)]
    [InlineData(48, 16)]
    [InlineData(50, 2)]
    [InlineData(27, 1)]
    public void Rotate_AnyBlock_BitIdenticalToStepByStep(int length, int block)
    {
        var random = new Random(length);
        float[] values = [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f)], expected = [.. values];
        for (var half = 1; half < block; half *= 2)
        {
            expected = [.. expected.Select((x, i) => (i & half) == 0 ? x + expected[i + half] : expected[i - half] - x)];
        }
        Hadamard.Rotate(values, block);
        Assert.Equal(expected, values);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    [InlineData(64)]
    public void RotateBack_AnyBlock_UndoesRotate(int block)
    {
        var values = Enumerable.Range(0, 3 * block).Select(i => (float)((i * 37 % 101) - 50)).ToArray(); // sums stay exact
        float[] rotated = [.. values];
        Hadamard.Rotate(rotated, block);
        Hadamard.RotateBack(rotated, block);
        Assert.Equal(values, rotated);
    }
}
