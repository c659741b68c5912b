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
    private const int Ahead = 8;            // rows of a strip that are fetched before they are needed
    private const long InputsAtOnce = 768;  // of a strip, so that it stays in the processor's cache from four rows to the next

    /// <summary>Whether this processor has what the products are made of.</summary>
    public static bool IsSupported => Fma.IsSupported;

    /// <param name="x">[rows, inputs]</param>
    /// <param name="strip">[inputs, 96]</param>
    /// <param name="y">[rows, width], at the strip's first column.</param>
    /// <param name="columns">Of the strip, that the matrix has.</param>
    public static void Run(float* x, long rows, float* strip, long inputs, float* y, long width, int columns)
    {
        if (columns < Columns)
        {
            RunNarrow(x, rows, strip, inputs, y, width, columns);
            return;
        }
        for (long first = 0; first < inputs; first += InputsAtOnce)
        {
            var length = Math.Min(InputsAtOnce, inputs - first);
            for (long row = 0; row < rows; row += TileRows)
            {
                // Of less than four the last is computed again: they wait for the strip, not for the arithmetic.
                long second = Math.Min(row + 1, rows - 1), third = Math.Min(row + 2, rows - 1), fourth = Math.Min(row + 3, rows - 1);
                RunTile(
                    x + (row * inputs) + first, x + (second * inputs) + first, x + (third * inputs) + first, x + (fourth * inputs) + first,
                    strip + (first * Columns), length, continues: first > 0,
                    y + (row * width), y + (second * width), y + (third * width), y + (fourth * width));
            }
        }
    }

    // A matrix's last strip, whose last columns it does not have.
    private static void RunNarrow(float* x, long rows, float* strip, long inputs, float* y, long width, int columns)
    {
        var whole = stackalloc float[TileRows * Columns];
        for (long row = 0; row < rows; row += TileRows)
        {
            var count = Math.Min(TileRows, rows - row);
            Run(x + (row * inputs), count, strip, inputs, whole, Columns, Columns);
            for (long i = 0; i < count; i++)
            {
                new ReadOnlySpan<float>(whole + (i * Columns), columns).CopyTo(new Span<float>(y + ((row + i) * width), columns));
            }
        }
    }

    private static void RunTile(
        float* x0, float* x1, float* x2, float* x3, float* strip, long inputs, bool continues, float* y0, float* y1, float* y2, float* y3)
    {
        if (Avx512F.IsSupported && x0 == x1)
        {
            RunRow(x0, strip, inputs, continues, y0);
        }
        else if (Avx512F.IsSupported)
        {
            RunWithAvx512(x0, x1, x2, x3, strip, inputs, continues, y0, y1, y2, y3);
        }
        else
        {
            RunWithAvx2(x0, x1, x2, x3, strip, inputs, continues, y0, y1, y2, y3);
        }
    }

    /// <summary>Four rows at once with AVX-512.</summary>
    /// <param name="x0">[inputs], as the others.</param>
    /// <param name="continues">Whether the sums so far stand in <paramref name="y0"/> and the others.</param>
    /// <param name="y0">[96], as the others; out.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunWithAvx512(
        float* x0, float* x1, float* x2, float* x3, float* strip, long inputs, bool continues, float* y0, float* y1, float* y2, float* y3)
    {
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default;
        Vector512<float> b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default;
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
        Vector512<float> d0 = default, d1 = default, d2 = default, d3 = default, d4 = default, d5 = default;
        if (continues)
        {
            Load(y0, ref a0, ref a1, ref a2, ref a3, ref a4, ref a5);
            Load(y1, ref b0, ref b1, ref b2, ref b3, ref b4, ref b5);
            Load(y2, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5);
            Load(y3, ref d0, ref d1, ref d2, ref d3, ref d4, ref d5);
        }
        for (long k = 0; k < inputs; k++)
        {
            Fetch(strip + (Ahead * Columns));
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
    private static void RunRow(float* x, float* strip, long inputs, bool continues, float* y)
    {
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default;
        if (continues)
        {
            Load(y, ref a0, ref a1, ref a2, ref a3, ref a4, ref a5);
        }
        for (long k = 0; k < inputs; k++)
        {
            Fetch(strip + (Ahead * Columns));
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

    // A strip's row: six cache lines.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(float* row)
    {
        Sse.Prefetch0(row);
        Sse.Prefetch0(row + 16);
        Sse.Prefetch0(row + 32);
        Sse.Prefetch0(row + 48);
        Sse.Prefetch0(row + 64);
        Sse.Prefetch0(row + 80);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(
        float* y, ref Vector512<float> v0, ref Vector512<float> v1, ref Vector512<float> v2, ref Vector512<float> v3, ref Vector512<float> v4, ref Vector512<float> v5)
    {
        v0 = Vector512.Load(y);
        v1 = Vector512.Load(y + 16);
        v2 = Vector512.Load(y + 32);
        v3 = Vector512.Load(y + 48);
        v4 = Vector512.Load(y + 64);
        v5 = Vector512.Load(y + 80);
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
    public static void RunWithAvx2(
        float* x0, float* x1, float* x2, float* x3, float* strip, long inputs, bool continues, float* y0, float* y1, float* y2, float* y3)
    {
        const int step = 3 * 8;
        for (var column = 0; column < Columns; column += step)
        {
            RunQuarter(x0, x1, x2, x3, strip + column, inputs, continues, y0 + column, y1 + column, y2 + column, y3 + column);
        }
    }

    // Twelve sums, three weights and an input are the sixteen registers of AVX2.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunQuarter(
        float* x0, float* x1, float* x2, float* x3, float* strip, long inputs, bool continues, float* y0, float* y1, float* y2, float* y3)
    {
        Vector256<float> a0 = default, a1 = default, a2 = default, b0 = default, b1 = default, b2 = default;
        Vector256<float> c0 = default, c1 = default, c2 = default, d0 = default, d1 = default, d2 = default;
        if (continues)
        {
            Load(y0, ref a0, ref a1, ref a2);
            Load(y1, ref b0, ref b1, ref b2);
            Load(y2, ref c0, ref c1, ref c2);
            Load(y3, ref d0, ref d1, ref d2);
        }
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
    private static void Load(float* y, ref Vector256<float> v0, ref Vector256<float> v1, ref Vector256<float> v2)
    {
        v0 = Vector256.Load(y);
        v1 = Vector256.Load(y + 8);
        v2 = Vector256.Load(y + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* y, Vector256<float> v0, Vector256<float> v1, Vector256<float> v2)
    {
        v0.Store(y);
        v1.Store(y + 8);
        v2.Store(y + 16);
    }
}
