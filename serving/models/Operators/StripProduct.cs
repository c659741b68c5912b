using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Products of rows with a strip: <see cref="Columns"/> columns of a matrix that lie together. Each result is one chain of fused
/// multiplications and additions in the order of the inputs, so that its bits depend neither on the other rows of a run nor on the
/// processor's width.
/// </summary>
internal static unsafe class StripProduct
{
    /// <summary>Of a strip: six registers of AVX-512, so that four rows fill 24 of its 32 with sums.</summary>
    public const int Columns = 96;

    private const int TileRows = 4;
    private const int Ahead = 8; // rows of a strip that are fetched before they are needed

    /// <summary>Whether this processor has what the products are made of.</summary>
    public static bool IsSupported => Fma.IsSupported;

    /// <param name="x">[rows, inputs]</param>
    /// <param name="strip">[inputs, 96]</param>
    /// <param name="y">[rows, width], at the strip's first column.</param>
    /// <param name="columns">Of the strip, that the matrix has.</param>
    public static void Run(float* x, long rows, float* strip, long inputs, float* y, long width, int columns)
    {
        var narrow = stackalloc float[columns < Columns ? TileRows * Columns : 0];
        for (long row = 0; row < rows; row += TileRows)
        {
            // Of less than four the last is computed again: they wait for the strip, not for the arithmetic.
            long second = Math.Min(row + 1, rows - 1), third = Math.Min(row + 2, rows - 1), fourth = Math.Min(row + 3, rows - 1);
            float* x0 = x + (row * inputs), x1 = x + (second * inputs), x2 = x + (third * inputs), x3 = x + (fourth * inputs);
            if (columns == Columns)
            {
                RunTile(x0, x1, x2, x3, strip, inputs, y + (row * width), y + (second * width), y + (third * width), y + (fourth * width));
                continue;
            }
            RunTile(x0, x1, x2, x3, strip, inputs, narrow, narrow + Columns, narrow + (2 * Columns), narrow + (3 * Columns));
            for (var i = row; i < Math.Min(row + TileRows, rows); i++)
            {
                new ReadOnlySpan<float>(narrow + ((i - row) * Columns), columns).CopyTo(new Span<float>(y + (i * width), columns));
            }
        }
    }

    private static void RunTile(
        float* x0, float* x1, float* x2, float* x3, float* strip, long inputs, float* y0, float* y1, float* y2, float* y3)
    {
        if (Avx512F.IsSupported && x0 == x1)
        {
            RunRow(x0, strip, inputs, y0);
        }
        else if (Avx512F.IsSupported)
        {
            RunWide(x0, x1, x2, x3, strip, inputs, y0, y1, y2, y3);
        }
        else
        {
            RunNarrow(x0, x1, x2, x3, strip, inputs, y0, y1, y2, y3);
        }
    }

    /// <summary>Four rows at once with AVX-512.</summary>
    /// <param name="x0">[inputs], as the others.</param>
    /// <param name="y0">[96], as the others; out.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunWide(
        float* x0, float* x1, float* x2, float* x3, float* strip, long inputs, float* y0, float* y1, float* y2, float* y3)
    {
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default;
        Vector512<float> b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default;
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
        Vector512<float> d0 = default, d1 = default, d2 = default, d3 = default, d4 = default, d5 = default;
        for (long k = 0; k < inputs; k++)
        {
            var ahead = strip + (Ahead * Columns);
            Sse.Prefetch0(ahead);
            Sse.Prefetch0(ahead + 16);
            Sse.Prefetch0(ahead + 32);
            Sse.Prefetch0(ahead + 48);
            Sse.Prefetch0(ahead + 64);
            Sse.Prefetch0(ahead + 80);
            Vector512<float> w0 = Vector512.Load(strip), w1 = Vector512.Load(strip + 16), w2 = Vector512.Load(strip + 32);
            Vector512<float> w3 = Vector512.Load(strip + 48), w4 = Vector512.Load(strip + 64), w5 = Vector512.Load(strip + 80);
            var v = Vector512.Create(x0[k]);
            (a0, a1, a2) = (Avx512F.FusedMultiplyAdd(v, w0, a0), Avx512F.FusedMultiplyAdd(v, w1, a1), Avx512F.FusedMultiplyAdd(v, w2, a2));
            (a3, a4, a5) = (Avx512F.FusedMultiplyAdd(v, w3, a3), Avx512F.FusedMultiplyAdd(v, w4, a4), Avx512F.FusedMultiplyAdd(v, w5, a5));
            v = Vector512.Create(x1[k]);
            (b0, b1, b2) = (Avx512F.FusedMultiplyAdd(v, w0, b0), Avx512F.FusedMultiplyAdd(v, w1, b1), Avx512F.FusedMultiplyAdd(v, w2, b2));
            (b3, b4, b5) = (Avx512F.FusedMultiplyAdd(v, w3, b3), Avx512F.FusedMultiplyAdd(v, w4, b4), Avx512F.FusedMultiplyAdd(v, w5, b5));
            v = Vector512.Create(x2[k]);
            (c0, c1, c2) = (Avx512F.FusedMultiplyAdd(v, w0, c0), Avx512F.FusedMultiplyAdd(v, w1, c1), Avx512F.FusedMultiplyAdd(v, w2, c2));
            (c3, c4, c5) = (Avx512F.FusedMultiplyAdd(v, w3, c3), Avx512F.FusedMultiplyAdd(v, w4, c4), Avx512F.FusedMultiplyAdd(v, w5, c5));
            v = Vector512.Create(x3[k]);
            (d0, d1, d2) = (Avx512F.FusedMultiplyAdd(v, w0, d0), Avx512F.FusedMultiplyAdd(v, w1, d1), Avx512F.FusedMultiplyAdd(v, w2, d2));
            (d3, d4, d5) = (Avx512F.FusedMultiplyAdd(v, w3, d3), Avx512F.FusedMultiplyAdd(v, w4, d4), Avx512F.FusedMultiplyAdd(v, w5, d5));
            strip += Columns;
        }
        Store(y0, a0, a1, a2, a3, a4, a5);
        Store(y1, b0, b1, b2, b3, b4, b5);
        Store(y2, c0, c1, c2, c3, c4, c5);
        Store(y3, d0, d1, d2, d3, d4, d5);
    }

    // A lone row, which leaves the neighbour of a shared core more of its arithmetic.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunRow(float* x, float* strip, long inputs, float* y)
    {
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default;
        for (long k = 0; k < inputs; k++)
        {
            var ahead = strip + (Ahead * Columns);
            Sse.Prefetch0(ahead);
            Sse.Prefetch0(ahead + 16);
            Sse.Prefetch0(ahead + 32);
            Sse.Prefetch0(ahead + 48);
            Sse.Prefetch0(ahead + 64);
            Sse.Prefetch0(ahead + 80);
            var v = Vector512.Create(x[k]);
            a0 = Avx512F.FusedMultiplyAdd(v, Vector512.Load(strip), a0);
            a1 = Avx512F.FusedMultiplyAdd(v, Vector512.Load(strip + 16), a1);
            a2 = Avx512F.FusedMultiplyAdd(v, Vector512.Load(strip + 32), a2);
            a3 = Avx512F.FusedMultiplyAdd(v, Vector512.Load(strip + 48), a3);
            a4 = Avx512F.FusedMultiplyAdd(v, Vector512.Load(strip + 64), a4);
            a5 = Avx512F.FusedMultiplyAdd(v, Vector512.Load(strip + 80), a5);
            strip += Columns;
        }
        Store(y, a0, a1, a2, a3, a4, a5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        float* y, Vector512<float> v0, Vector512<float> v1, Vector512<float> v2, Vector512<float> v3, Vector512<float> v4, Vector512<float> v5)
    {
        v0.Store(y);
        v1.Store(y + 16);
        v2.Store(y + 32);
        v3.Store(y + 48);
        v4.Store(y + 64);
        v5.Store(y + 80);
    }

    /// <summary>The same with AVX2.</summary>
    public static void RunNarrow(
        float* x0, float* x1, float* x2, float* x3, float* strip, long inputs, float* y0, float* y1, float* y2, float* y3)
    {
        const int step = 3 * 8;
        for (var column = 0; column < Columns; column += step)
        {
            RunQuarter(x0, x1, x2, x3, strip + column, inputs, y0 + column, y1 + column, y2 + column, y3 + column);
        }
    }

    // Twelve sums, three weights and an input are the sixteen registers of AVX2.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunQuarter(
        float* x0, float* x1, float* x2, float* x3, float* strip, long inputs, float* y0, float* y1, float* y2, float* y3)
    {
        Vector256<float> a0 = default, a1 = default, a2 = default, b0 = default, b1 = default, b2 = default;
        Vector256<float> c0 = default, c1 = default, c2 = default, d0 = default, d1 = default, d2 = default;
        for (long k = 0; k < inputs; k++)
        {
            Sse.Prefetch0(strip + (Ahead * Columns));
            Sse.Prefetch0(strip + (Ahead * Columns) + 16);
            Vector256<float> w0 = Vector256.Load(strip), w1 = Vector256.Load(strip + 8), w2 = Vector256.Load(strip + 16);
            var v = Vector256.Create(x0[k]);
            (a0, a1, a2) = (Fma.MultiplyAdd(v, w0, a0), Fma.MultiplyAdd(v, w1, a1), Fma.MultiplyAdd(v, w2, a2));
            v = Vector256.Create(x1[k]);
            (b0, b1, b2) = (Fma.MultiplyAdd(v, w0, b0), Fma.MultiplyAdd(v, w1, b1), Fma.MultiplyAdd(v, w2, b2));
            v = Vector256.Create(x2[k]);
            (c0, c1, c2) = (Fma.MultiplyAdd(v, w0, c0), Fma.MultiplyAdd(v, w1, c1), Fma.MultiplyAdd(v, w2, c2));
            v = Vector256.Create(x3[k]);
            (d0, d1, d2) = (Fma.MultiplyAdd(v, w0, d0), Fma.MultiplyAdd(v, w1, d1), Fma.MultiplyAdd(v, w2, d2));
            strip += Columns;
        }
        Store(y0, a0, a1, a2);
        Store(y1, b0, b1, b2);
        Store(y2, c0, c1, c2);
        Store(y3, d0, d1, d2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* y, Vector256<float> v0, Vector256<float> v1, Vector256<float> v2)
    {
        v0.Store(y);
        v1.Store(y + 8);
        v2.Store(y + 16);
    }
}
