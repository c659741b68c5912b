using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Attention of a head's queries to all of a text, with AVX-512: products of six rows with a strip, 64 columns that lie together. Each
/// number is one chain of fused multiplications and additions, so that its bits depend on the text alone.
/// </summary>
internal static unsafe class TextHead
{
    /// <summary>Of a strip: four registers. With six rows, 24 of the 32 registers hold sums.</summary>
    public const int Columns = 64;

    /// <summary>Queries that are run together.</summary>
    public const int Rows = 6;

    public static bool IsSupported => Avx512F.IsSupported;

    /// <summary>Filled up to whole strips.</summary>
    public static int RoundedUp(int columns) => (columns + Columns - 1) / Columns * Columns;

    /// <summary>The values' mean for each query, weighted by the softmax of its product with the keys.</summary>
    /// <param name="queries">[queries, headSize], scaled.</param>
    /// <param name="count">Of queries: 1 to <see cref="Rows"/>.</param>
    /// <param name="keys">[strips, headSize, 64]: a position is a column.</param>
    /// <param name="values">[strips, positions, 64]: a position is a row.</param>
    /// <param name="scores">Room for [6, <see cref="RoundedUp"/> of the positions].</param>
    /// <param name="means">[6, <see cref="RoundedUp"/> of the head's size], out.</param>
    public static void Run(float* queries, int count, float* keys, float* values, int positions, int headSize, float* scores, float* means)
    {
        var (allPositions, allColumns) = (RoundedUp(positions), RoundedUp(headSize));
        for (var first = 0; first < allPositions; first += Columns)
        {
            Multiply(queries, headSize, count, keys + ((long)first * headSize), headSize, scores + first, allPositions);
        }
        var factors = stackalloc float[Rows];
        for (var row = 0; row < count; row++)
        {
            factors[row] = 1 / SoftmaxWeights.Of(scores + ((long)row * allPositions), positions, allPositions);
        }
        for (var first = 0; first < allColumns; first += Columns)
        {
            Multiply(scores, allPositions, count, values + ((long)first * positions), positions, means + first, allColumns);
        }
        for (var row = 0; row < count; row++)
        {
            for (var i = 0; i < allColumns; i += Vector512<float>.Count)
            {
                var at = means + (row * allColumns) + i;
                (Vector512.Load(at) * factors[row]).Store(at);
            }
        }
    }

    /// <param name="x">[rows, inputs], rows <paramref name="width"/> apart.</param>
    /// <param name="strip">[inputs, 64]</param>
    /// <param name="y">[rows, 64], rows <paramref name="outputs"/> apart.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(float* x, long width, int rows, float* strip, long inputs, float* y, long outputs)
    {
        // Of less than six the last is computed again.
        long last = rows - 1, second = Math.Min(1, last), third = Math.Min(2, last), fourth = Math.Min(3, last), fifth = Math.Min(4, last);
        float* x1 = x + (second * width), x2 = x + (third * width), x3 = x + (fourth * width), x4 = x + (fifth * width), x5 = x + (last * width);
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default, d0 = default, d1 = default, d2 = default, d3 = default;
        Vector512<float> e0 = default, e1 = default, e2 = default, e3 = default, f0 = default, f1 = default, f2 = default, f3 = default;
        for (long k = 0; k < inputs; k++)
        {
            Vector512<float> w0 = Vector512.Load(strip), w1 = Vector512.Load(strip + 16), w2 = Vector512.Load(strip + 32), w3 = Vector512.Load(strip + 48);
            var v = Vector512.Create(x[k]);
            (a0, a1) = (Avx512F.FusedMultiplyAdd(v, w0, a0), Avx512F.FusedMultiplyAdd(v, w1, a1));
            (a2, a3) = (Avx512F.FusedMultiplyAdd(v, w2, a2), Avx512F.FusedMultiplyAdd(v, w3, a3));
            v = Vector512.Create(x1[k]);
            (b0, b1) = (Avx512F.FusedMultiplyAdd(v, w0, b0), Avx512F.FusedMultiplyAdd(v, w1, b1));
            (b2, b3) = (Avx512F.FusedMultiplyAdd(v, w2, b2), Avx512F.FusedMultiplyAdd(v, w3, b3));
            v = Vector512.Create(x2[k]);
            (c0, c1) = (Avx512F.FusedMultiplyAdd(v, w0, c0), Avx512F.FusedMultiplyAdd(v, w1, c1));
            (c2, c3) = (Avx512F.FusedMultiplyAdd(v, w2, c2), Avx512F.FusedMultiplyAdd(v, w3, c3));
            v = Vector512.Create(x3[k]);
            (d0, d1) = (Avx512F.FusedMultiplyAdd(v, w0, d0), Avx512F.FusedMultiplyAdd(v, w1, d1));
            (d2, d3) = (Avx512F.FusedMultiplyAdd(v, w2, d2), Avx512F.FusedMultiplyAdd(v, w3, d3));
            v = Vector512.Create(x4[k]);
            (e0, e1) = (Avx512F.FusedMultiplyAdd(v, w0, e0), Avx512F.FusedMultiplyAdd(v, w1, e1));
            (e2, e3) = (Avx512F.FusedMultiplyAdd(v, w2, e2), Avx512F.FusedMultiplyAdd(v, w3, e3));
            v = Vector512.Create(x5[k]);
            (f0, f1) = (Avx512F.FusedMultiplyAdd(v, w0, f0), Avx512F.FusedMultiplyAdd(v, w1, f1));
            (f2, f3) = (Avx512F.FusedMultiplyAdd(v, w2, f2), Avx512F.FusedMultiplyAdd(v, w3, f3));
            strip += Columns;
        }
        Store(y, a0, a1, a2, a3);
        Store(y + (second * outputs), b0, b1, b2, b3);
        Store(y + (third * outputs), c0, c1, c2, c3);
        Store(y + (fourth * outputs), d0, d1, d2, d3);
        Store(y + (fifth * outputs), e0, e1, e2, e3);
        Store(y + (last * outputs), f0, f1, f2, f3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* y, Vector512<float> v0, Vector512<float> v1, Vector512<float> v2, Vector512<float> v3)
    {
        v0.Store(y);
        v1.Store(y + 16);
        v2.Store(y + 32);
        v3.Store(y + 48);
    }
}
