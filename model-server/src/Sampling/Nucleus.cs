using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ElasticSynapse.ModelServer.Sampling;

/// <summary>What top-p keeps: the smallest set of likeliest tokens that reaches a probability. Holds a buffer of the vocabulary's
/// size for reuse; one thread at a time.</summary>
internal sealed class Nucleus(int vocabularySize)
{
    // Halves of the range of weights are taken until what is left differs by some 3 %: that is few tokens.
    private const int RangeBits = 1 << 18;

    private const int FewTokens = 256; // for which that does not pay

    private readonly double[] _candidates = new double[vocabularySize];

    /// <param name="weights">At least one; none much above 1.</param>
    /// <param name="mass">Of the sum of all.</param>
    /// <returns>All above <c>Least</c> are kept, and the first <c>Ties</c> of those equal to it, which may be more than there are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (float Least, int Ties) Find(ReadOnlySpan<float> weights, double mass)
    {
        // Positive numbers have the order of their bits. Those from high on do not reach the mass, those from low on do.
        var (low, high, before) = (0, BitConverter.SingleToInt32Bits(2), 0.0);
        while (weights.Length > FewTokens && high - low > RangeBits)
        {
            var middle = low + ((high - low) / 2);
            var sum = SumFrom(weights, BitConverter.Int32BitsToSingle(middle));
            if (sum >= mass && sum > 0)
            {
                low = middle;
            }
            else
            {
                (high, before) = (middle, sum);
            }
        }
        var count = 0;
        foreach (var weight in weights)
        {
            var bits = BitConverter.SingleToInt32Bits(weight);
            if (bits >= low && bits < high)
            {
                _candidates[count++] = weight;
            }
        }
        var (least, ties) = QuickSelect.SmallestReaching(_candidates.AsSpan(0, count), mass - before);
        return ((float)least, _candidates.AsSpan(0, count).Count(least) > ties ? ties : int.MaxValue);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SumFrom(ReadOnlySpan<float> weights, float least)
    {
        ref var first = ref MemoryMarshal.GetReference(weights);
        var (sum, start) = (0.0, 0);
        while (start <= weights.Length - Vector512<float>.Count)
        {
            // A block in single precision.
            var end = Math.Min(start + VocabularySums.Block, weights.Length - Vector512<float>.Count + 1);
            var part = Vector512<float>.Zero;
            for (; start < end; start += Vector512<float>.Count)
            {
                var values = Vector512.LoadUnsafe(ref first, (nuint)start);
                part += values & Vector512.GreaterThanOrEqual(values, Vector512.Create(least));
            }
            sum += Vector512.Sum(part);
        }
        foreach (var weight in weights[start..])
        {
            sum += weight >= least ? weight : 0;
        }
        return sum;
    }
}
