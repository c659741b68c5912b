using System.Numerics;
using System.Numerics.Tensors;

namespace ElasticSynapse.ModelServer.Sampling;

/// <summary>Selection without sorting: linear time on average.</summary>
/// <remarks>Hoare 1961, with the median of three as pivot and a three-way partition, so that equal values cost nothing.</remarks>
internal static class QuickSelect
{
    /// <summary>The k-th largest value, counting from 1. Reorders <paramref name="values"/>.</summary>
    public static float KthLargest(Span<float> values, int k)
    {
        while (true)
        {
            var (greater, less) = Partition(values);
            if (k <= greater)
            {
                values = values[..greater];
            }
            else if (k <= less)
            {
                return values[greater];
            }
            else
            {
                values = values[less..];
                k -= less;
            }
        }
    }

    /// <summary>The smallest set of largest weights that reaches <paramref name="mass"/>: all above <c>Least</c>, and
    /// <c>Ties</c>, at least one, of those equal to it. Reorders <paramref name="weights"/>.</summary>
    public static (double Least, int Ties) SmallestReaching(Span<double> weights, double mass)
    {
        var before = 0.0;
        while (true)
        {
            var (greater, less) = Partition(weights);
            var ofGreater = TensorPrimitives.Sum<double>(weights[..greater]);
            var (pivot, equal) = (weights[greater], less - greater);
            if (greater > 0 && before + ofGreater >= mass)
            {
                weights = weights[..greater];
            }
            else if (less == weights.Length || before + ofGreater + (equal * pivot) >= mass)
            {
                var ties = (int)Math.Ceiling((mass - before - ofGreater) / pivot);
                return (pivot, Math.Clamp(ties, 1, equal));
            }
            else
            {
                before += ofGreater + (equal * pivot);
                weights = weights[less..];
            }
        }
    }

    // [0, greater) > pivot, [greater, less) == pivot, [less, end) < pivot
    private static (int Greater, int Less) Partition<T>(Span<T> values)
        where T : struct, IComparisonOperators<T, T, bool>
    {
        var pivot = Median(values[0], values[values.Length / 2], values[^1]);
        int greater = 0, unseen = 0, less = values.Length;
        while (unseen < less)
        {
            if (values[unseen] > pivot)
            {
                (values[greater], values[unseen]) = (values[unseen], values[greater]);
                greater++;
                unseen++;
            }
            else if (values[unseen] == pivot)
            {
                unseen++;
            }
            else
            {
                less--;
                (values[unseen], values[less]) = (values[less], values[unseen]);
            }
        }
        return (greater, less);
    }

    private static T Median<T>(T a, T b, T c)
        where T : struct, IComparisonOperators<T, T, bool> =>
        a > b ? (b > c ? b : a > c ? c : a) : (a > c ? a : b > c ? c : b);
}
