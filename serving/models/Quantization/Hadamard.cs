using System.Numerics;
using System.Numerics.Tensors;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// The rotation that a vector gets before it is rounded with one scale: block by block, times Sylvester's Hadamard matrix H of
/// 1 and -1. Each value is spread evenly over its block, so that the few large ones of a trained model no longer set a scale
/// that is coarse for all others. With H H = block * I, a product stays what it was: x w = (x H) (H w / block).
/// </summary>
/// <remarks>The idea is that of QuaRot (Ashkboos et al. 2024).</remarks>
internal static class Hadamard
{
    // docs/precision.md: from 16 on, larger blocks are hardly better, and up to 64 they cost next to nothing.
    private const int LargestBlock = 64;

    /// <summary>The block for vectors of a length: the largest power of two up to 64 that divides it.</summary>
    public static int BlockFor(int length) => Math.Min(LargestBlock, 1 << BitOperations.TrailingZeroCount(length));

    /// <summary>x H of each block. IEEE arithmetic in a fixed order: the same on every machine.</summary>
    /// <param name="values">[..., block], in place.</param>
    public static void Rotate(Span<float> values, int block)
    {
        for (var half = 1; half < block; half *= 2)
        {
            for (var start = 0; start < values.Length; start += 2 * half)
            {
                SumAndDifference(values.Slice(start, half), values.Slice(start + half, half));
            }
        }
    }

    /// <summary>H w / block of each block of weights.</summary>
    /// <param name="weights">[..., block], in place.</param>
    public static void RotateBack(Span<float> weights, int block)
    {
        Rotate(weights, block); // H is its own transpose
        TensorPrimitives.Divide(weights, block, weights);
    }

    private static void SumAndDifference(Span<float> first, Span<float> second)
    {
        var i = 0;
        for (; i + Vector<float>.Count <= first.Length; i += Vector<float>.Count)
        {
            Vector<float> x = new(first[i..]), y = new(second[i..]);
            (x + y).CopyTo(first[i..]);
            (x - y).CopyTo(second[i..]);
        }
        for (; i < first.Length; i++)
        {
            (first[i], second[i]) = (first[i] + second[i], first[i] - second[i]);
        }
    }
}
