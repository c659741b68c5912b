using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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
        if (block == LargestBlock)
        {
            RotateLargest(values);
            return;
        }
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

    // The same steps in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RotateLargest(Span<float> values)
    {
        ref var first = ref MemoryMarshal.GetReference(values);
        for (var start = 0; start < values.Length; start += LargestBlock)
        {
            ref var at = ref Unsafe.Add(ref first, start);
            var a = RotateEight(ref at);
            var b = RotateEight(ref Unsafe.Add(ref at, 8));
            var c = RotateEight(ref Unsafe.Add(ref at, 16));
            var d = RotateEight(ref Unsafe.Add(ref at, 24));
            var e = RotateEight(ref Unsafe.Add(ref at, 32));
            var f = RotateEight(ref Unsafe.Add(ref at, 40));
            var g = RotateEight(ref Unsafe.Add(ref at, 48));
            var h = RotateEight(ref Unsafe.Add(ref at, 56));
            (a, b, c, d, e, f, g, h) = (a + b, a - b, c + d, c - d, e + f, e - f, g + h, g - h);
            (a, b, c, d, e, f, g, h) = (a + c, b + d, a - c, b - d, e + g, f + h, e - g, f - h);
            (a + e).StoreUnsafe(ref at);
            (b + f).StoreUnsafe(ref Unsafe.Add(ref at, 8));
            (c + g).StoreUnsafe(ref Unsafe.Add(ref at, 16));
            (d + h).StoreUnsafe(ref Unsafe.Add(ref at, 24));
            (a - e).StoreUnsafe(ref Unsafe.Add(ref at, 32));
            (b - f).StoreUnsafe(ref Unsafe.Add(ref at, 40));
            (c - g).StoreUnsafe(ref Unsafe.Add(ref at, 48));
            (d - h).StoreUnsafe(ref Unsafe.Add(ref at, 56));
        }
    }

    // Sums and differences of neighbours, of pairs and of fours.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> RotateEight(ref float at)
    {
        var x = Vector256.LoadUnsafe(ref at);
        x = Vector256.MultiplyAddEstimate(x, Vector256.Create(1f, -1f, 1f, -1f, 1f, -1f, 1f, -1f), Vector256.Shuffle(x, Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6)));
        x = Vector256.MultiplyAddEstimate(x, Vector256.Create(1f, 1f, -1f, -1f, 1f, 1f, -1f, -1f), Vector256.Shuffle(x, Vector256.Create(2, 3, 0, 1, 6, 7, 4, 5)));
        return Vector256.MultiplyAddEstimate(x, Vector256.Create(1f, 1f, 1f, 1f, -1f, -1f, -1f, -1f), Vector256.Shuffle(x, Vector256.Create(4, 5, 6, 7, 0, 1, 2, 3)));
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
