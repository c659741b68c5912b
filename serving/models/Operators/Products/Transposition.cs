using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ElasticSynapse.Serving.Models;

/// <summary>Turns rows of a matrix into columns.</summary>
internal static unsafe class Transposition
{
    private const int Side = 8;

    /// <param name="from">[rows, length]</param>
    /// <param name="to">[length, rows]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* from, int rows, long length, float* to)
    {
        long wholeLength = length - (length % Side);
        var wholeRows = rows - (rows % Side);
        for (var row = 0; row < wholeRows; row += Side)
        {
            for (long i = 0; i < wholeLength; i += Side)
            {
                RunSquare(from + (row * length) + i, length, to + (i * rows) + row, rows);
            }
        }
        for (var row = 0; row < rows; row++)
        {
            for (var i = row < wholeRows ? wholeLength : 0; i < length; i++)
            {
                to[(i * rows) + row] = from[(row * length) + i];
            }
        }
    }

    // Pairs of neighbours, then of pairs, then of halves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunSquare(float* from, long length, float* to, long stride)
    {
        Vector256<float> a = Vector256.Load(from), b = Vector256.Load(from + length);
        Vector256<float> c = Vector256.Load(from + (2 * length)), d = Vector256.Load(from + (3 * length));
        Vector256<float> e = Vector256.Load(from + (4 * length)), f = Vector256.Load(from + (5 * length));
        Vector256<float> g = Vector256.Load(from + (6 * length)), h = Vector256.Load(from + (7 * length));
        (a, b) = (Avx.UnpackLow(a, b), Avx.UnpackHigh(a, b));
        (c, d) = (Avx.UnpackLow(c, d), Avx.UnpackHigh(c, d));
        (e, f) = (Avx.UnpackLow(e, f), Avx.UnpackHigh(e, f));
        (g, h) = (Avx.UnpackLow(g, h), Avx.UnpackHigh(g, h));
        const byte low = 0b_01_00_01_00, high = 0b_11_10_11_10;
        (a, b, c, d) = (Avx.Shuffle(a, c, low), Avx.Shuffle(a, c, high), Avx.Shuffle(b, d, low), Avx.Shuffle(b, d, high));
        (e, f, g, h) = (Avx.Shuffle(e, g, low), Avx.Shuffle(e, g, high), Avx.Shuffle(f, h, low), Avx.Shuffle(f, h, high));
        const byte lower = 0x20, upper = 0x31;
        Avx.Permute2x128(a, e, lower).Store(to);
        Avx.Permute2x128(b, f, lower).Store(to + stride);
        Avx.Permute2x128(c, g, lower).Store(to + (2 * stride));
        Avx.Permute2x128(d, h, lower).Store(to + (3 * stride));
        Avx.Permute2x128(a, e, upper).Store(to + (4 * stride));
        Avx.Permute2x128(b, f, upper).Store(to + (5 * stride));
        Avx.Permute2x128(c, g, upper).Store(to + (6 * stride));
        Avx.Permute2x128(d, h, upper).Store(to + (7 * stride));
    }
}
