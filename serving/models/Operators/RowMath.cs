using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// What happens to a row of activations between two products. A row's result depends on the row alone, to the last bit: sums are
/// added in an order that only its length decides.
/// </summary>
/// <remarks>Compiled for good at once (AggressiveOptimization): the first requests would wait for a second time.</remarks>
internal static unsafe class RowMath
{
    private const float LargestCode = 127;
    private const float LeastScale = 1e-30f; // for a row of zeros, which nothing could be divided by

    // 1.5 * 2^23, whose neighbours are whole numbers: adding it rounds to the nearest, ties to even, and leaves the number plus
    // the zero point of 128 in the lowest byte.
    private const float Rounder = 12582912 + 128;

    /// <summary>x * scale + bias + residual.</summary>
    /// <param name="x">[width]</param>
    /// <param name="bias">[width]; null for none.</param>
    /// <param name="residual">[width]; null for none.</param>
    /// <param name="sum">[width], out; may be x.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* x, float scale, float* bias, float* residual, float* sum, int width)
    {
        var factor = Vector256.Create(scale);
        var i = 0;
        for (; i + Vector256<float>.Count <= width; i += Vector256<float>.Count)
        {
            var value = Vector256.Load(x + i);
            value = bias == null ? value * factor : Vector256.MultiplyAddEstimate(value, factor, Vector256.Load(bias + i));
            if (residual != null)
            {
                value += Vector256.Load(residual + i);
            }
            value.Store(sum + i);
        }
        for (; i < width; i++)
        {
            var value = bias == null ? x[i] * scale : float.MultiplyAddEstimate(x[i], scale, bias[i]);
            sum[i] = residual == null ? value : value + residual[i];
        }
    }

    /// <summary>The layer norm (Ba et al. 2016).</summary>
    /// <param name="row">[width]</param>
    /// <param name="weight">[width]</param>
    /// <param name="bias">[width]</param>
    /// <param name="normalized">[width]; may be the row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normalize(ReadOnlySpan<float> row, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, float epsilon, Span<float> normalized)
    {
        var mean = Sum(row) / row.Length;
        var deviation = MathF.Sqrt((SquaredDistances(row, mean) / row.Length) + epsilon);
        var factor = 1 / deviation;
        ref var first = ref MemoryMarshal.GetReference(row);
        ref var firstWeight = ref MemoryMarshal.GetReference(weight);
        ref var firstBias = ref MemoryMarshal.GetReference(bias);
        ref var firstResult = ref MemoryMarshal.GetReference(normalized);
        var (means, factors) = (Vector256.Create(mean), Vector256.Create(factor));
        var i = 0;
        for (; i + Vector256<float>.Count <= row.Length; i += Vector256<float>.Count)
        {
            var value = (Vector256.LoadUnsafe(ref Unsafe.Add(ref first, i)) - means) * factors;
            Vector256.MultiplyAddEstimate(value, Vector256.LoadUnsafe(ref Unsafe.Add(ref firstWeight, i)), Vector256.LoadUnsafe(ref Unsafe.Add(ref firstBias, i)))
                .StoreUnsafe(ref Unsafe.Add(ref firstResult, i));
        }
        for (; i < row.Length; i++)
        {
            normalized[i] = float.MultiplyAddEstimate((row[i] - mean) * factor, weight[i], bias[i]);
        }
    }

    /// <summary>Rounds to unsigned bytes around 128, with one scale: a value is (code - 128) * scale.</summary>
    /// <param name="row">[width]</param>
    /// <param name="codes">[width]</param>
    /// <returns>The scale; NaN or infinite where a value is, so that the logits show it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Round(ReadOnlySpan<float> row, Span<byte> codes)
    {
        var largest = Math.Max(LargestMagnitude(row), LeastScale);
        var steps = LargestCode / largest;
        ref var first = ref MemoryMarshal.GetReference(row);
        ref var firstCode = ref MemoryMarshal.GetReference(codes);
        var i = 0;
        for (; i + Vector256<byte>.Count <= row.Length; i += Vector256<byte>.Count)
        {
            var low = Vector256.Narrow(Code(ref Unsafe.Add(ref first, i), steps), Code(ref Unsafe.Add(ref first, i + 8), steps));
            var high = Vector256.Narrow(Code(ref Unsafe.Add(ref first, i + 16), steps), Code(ref Unsafe.Add(ref first, i + 24), steps));
            Vector256.Narrow(low, high).StoreUnsafe(ref Unsafe.Add(ref firstCode, i));
        }
        for (; i < row.Length; i++)
        {
            codes[i] = (byte)BitConverter.SingleToUInt32Bits((row[i] * steps) + Rounder);
        }
        return largest / LargestCode;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Code(ref float at, float steps) =>
        ((Vector256.LoadUnsafe(ref at) * steps) + Vector256.Create(Rounder)).AsUInt32() & Vector256.Create(0xFFu);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum(ReadOnlySpan<float> row)
    {
        ref var first = ref MemoryMarshal.GetReference(row);
        Vector256<float> a = default, b = default;
        var i = 0;
        for (; i + (2 * Vector256<float>.Count) <= row.Length; i += 2 * Vector256<float>.Count)
        {
            a += Vector256.LoadUnsafe(ref Unsafe.Add(ref first, i));
            b += Vector256.LoadUnsafe(ref Unsafe.Add(ref first, i + Vector256<float>.Count));
        }
        var sum = Vector256.Sum(a + b);
        for (; i < row.Length; i++)
        {
            sum += row[i];
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float SquaredDistances(ReadOnlySpan<float> row, float mean)
    {
        ref var first = ref MemoryMarshal.GetReference(row);
        var center = Vector256.Create(mean);
        Vector256<float> a = default, b = default;
        var i = 0;
        for (; i + (2 * Vector256<float>.Count) <= row.Length; i += 2 * Vector256<float>.Count)
        {
            var x = Vector256.LoadUnsafe(ref Unsafe.Add(ref first, i)) - center;
            var y = Vector256.LoadUnsafe(ref Unsafe.Add(ref first, i + Vector256<float>.Count)) - center;
            a += x * x;
            b += y * y;
        }
        var sum = Vector256.Sum(a + b);
        for (; i < row.Length; i++)
        {
            sum += (row[i] - mean) * (row[i] - mean);
        }
        return sum;
    }

    // Compared as whole numbers, floats without their sign keep their order, and NaN is above all.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float LargestMagnitude(ReadOnlySpan<float> row)
    {
        ref var first = ref MemoryMarshal.GetReference(row);
        Vector256<int> largest = default;
        var i = 0;
        for (; i + Vector256<float>.Count <= row.Length; i += Vector256<float>.Count)
        {
            largest = Vector256.Max(largest, Vector256.LoadUnsafe(ref Unsafe.Add(ref first, i)).AsInt32() & Vector256.Create(int.MaxValue));
        }
        var most = 0;
        for (var lane = 0; lane < Vector256<int>.Count; lane++)
        {
            most = Math.Max(most, largest[lane]);
        }
        for (; i < row.Length; i++)
        {
            most = Math.Max(most, BitConverter.SingleToInt32Bits(row[i]) & int.MaxValue);
        }
        return BitConverter.Int32BitsToSingle(most);
    }
}
