using System.Runtime.Intrinsics.X86;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

public sealed unsafe class StripProductTests
{
    [Theory]
    [InlineData(1, 1, 96)]
    [InlineData(1, 768, 96)]
    [InlineData(2, 33, 1)]
    [InlineData(3, 7, 95)]
    [InlineData(4, 64, 17)]
    [InlineData(9, 200, 96)]
    [InlineData(5, 1700, 96)]
    [InlineData(5, 1700, 90)]
    public void Run_AnyShape_SumsOfProducts(int rows, int inputs, int columns)
    {
        float[] x = Numbers(rows * inputs, seed: 1), strip = Numbers(inputs * StripProduct.Columns, seed: 2);
        var y = Run(x, rows, strip, inputs, columns);
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var sum = 0.0;
                for (var k = 0; k < inputs; k++)
                {
                    sum += (double)x[(row * inputs) + k] * strip[(k * StripProduct.Columns) + column];
                }
                Assert.Equal(sum, y[(row * columns) + column], 1e-4);
            }
        }
    }

    // What is promised of a request alone and among others starts here.
    [Theory]
    [InlineData(96)]
    [InlineData(50)]
    public void Run_RowAloneOrAmongOthers_SameBits(int columns)
    {
        const int rows = 7, inputs = 900;
        float[] x = Numbers(rows * inputs, seed: 3), strip = Numbers(inputs * StripProduct.Columns, seed: 4);
        var together = Run(x, rows, strip, inputs, columns);
        for (var row = 0; row < rows; row++)
        {
            Assert.Equal(Run(x[(row * inputs)..((row + 1) * inputs)], 1, strip, inputs, columns), together[(row * columns)..((row + 1) * columns)]);
        }
    }

    [Fact]
    public void RunWithAvx2_BesideAvx512_SameBits()
    {
        if (!Avx512F.IsSupported)
        {
            return; // there is one way only
        }
        const int inputs = 300;
        float[] x = Numbers(4 * inputs, seed: 7), strip = Numbers(inputs * StripProduct.Columns, seed: 8);
        float[] wide = new float[4 * StripProduct.Columns], narrow = new float[4 * StripProduct.Columns];
        fixed (float* a = x, w = strip, y = wide, z = narrow)
        {
            StripProduct.RunWithAvx512(a, a + inputs, a + (2 * inputs), a + (3 * inputs), w, inputs, false, y, y + 96, y + 192, y + 288);
            StripProduct.RunWithAvx2(a, a + inputs, a + (2 * inputs), a + (3 * inputs), w, inputs, false, z, z + 96, z + 192, z + 288);
        }
        Assert.Equal(wide, narrow);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(8, 8)]
    [InlineData(96, 768)]
    [InlineData(13, 31)]
    [InlineData(96, 7)]
    public void Transposition_AnyShape_RowsAreColumns(int rows, int length)
    {
        float[] from = Numbers(rows * length, seed: 9), to = new float[rows * length];
        fixed (float* source = from, target = to)
        {
            Transposition.Run(source, rows, length, target);
        }
        for (var i = 0; i < to.Length; i++)
        {
            Assert.Equal(from[(i % rows * length) + (i / rows)], to[i]);
        }
    }

    private static float[] Run(float[] x, int rows, float[] strip, int inputs, int columns)
    {
        var y = new float[rows * columns];
        fixed (float* a = x, w = strip, b = y)
        {
            StripProduct.Run(a, rows, w, inputs, b, columns, columns);
        }
        return y;
    }

    private static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }
}
