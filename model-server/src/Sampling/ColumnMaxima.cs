using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace ElasticSynapse.ModelServer.Sampling;

/// <summary>
/// A row of scores as lines of a page, one below the other, and the largest of each column: found as fast as memory is read, and
/// few enough to choose among. Holds a buffer for reuse; one thread at a time.
/// </summary>
/// <remarks>Loops over a vocabulary are compiled for good at once (AggressiveOptimization), here, in <see cref="Nucleus"/> and in
/// <see cref="TokenDistribution"/>: the first requests would wait for a second time.</remarks>
/// <param name="length">Most scores of a row.</param>
internal sealed class ColumnMaxima(int length)
{
    // Several columns for each score sought, so that those sought rarely share one.
    private const int FewestColumns = 1024, ColumnsPerRank = 8;

    private readonly float[] _maxima = new float[length];

    /// <summary>Place of the first of the largest.</summary>
    /// <param name="scores">Not empty.</param>
    /// <returns>Where a NaN stands, if there is one.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int IndexOfMax(ReadOnlySpan<float> scores)
    {
        var maxima = Of(scores, FewestColumns);
        var best = maxima[TensorPrimitives.IndexOfMax<float>(maxima)];
        if (float.IsNaN(best))
        {
            return TensorPrimitives.IndexOfMax(scores);
        }
        var first = scores.Length;
        for (var column = 0; column < maxima.Length; column++)
        {
            for (var i = column; maxima[column] == best && i < first; i += maxima.Length)
            {
                if (scores[i] == best)
                {
                    first = i;
                }
            }
        }
        return first;
    }

    /// <summary>A score that at least <paramref name="k"/> of a row reach, and few more.</summary>
    /// <returns>Negative infinity where that is all of them.</returns>
    public float Floor(ReadOnlySpan<float> scores, int k)
    {
        var columns = Math.Max(FewestColumns, ColumnsPerRank * (long)k);
        return columns > scores.Length / 2
            ? float.NegativeInfinity
            : QuickSelect.KthLargest(Of(scores, (int)columns), k);
    }

    private Span<float> Of(ReadOnlySpan<float> scores, int columns)
    {
        var maxima = _maxima.AsSpan(0, Math.Min(columns, scores.Length));
        scores[..maxima.Length].CopyTo(maxima);
        for (var start = maxima.Length; start < scores.Length; start += maxima.Length)
        {
            var line = scores[start..Math.Min(start + maxima.Length, scores.Length)];
            TensorPrimitives.Max(maxima[..line.Length], line, maxima);
        }
        return maxima;
    }
}
