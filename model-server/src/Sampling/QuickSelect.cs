namespace ElasticSynapse.ModelServer.Sampling;

/// <summary>Selection without sorting: linear time on average.</summary>
internal static class QuickSelect
{
    /// <summary>The k-th largest value, counting from 1. Reorders <paramref name="values"/>.</summary>
    /// <remarks>Hoare 1961, with the median of three as pivot and a three-way partition, so that equal values cost nothing.</remarks>
    public static float KthLargest(Span<float> values, int k)
    {
        while (true)
        {
            var pivot = Median(values[0], values[values.Length / 2], values[^1]);
            // [0, greater) > pivot, [greater, unseen) == pivot, (less, end] < pivot
            int greater = 0, unseen = 0, less = values.Length - 1;
            while (unseen <= less)
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
                    (values[unseen], values[less]) = (values[less], values[unseen]);
                    less--;
                }
            }
            if (k <= greater)
            {
                values = values[..greater];
            }
            else if (k <= unseen)
            {
                return pivot;
            }
            else
            {
                values = values[unseen..];
                k -= unseen;
            }
        }
    }

    private static float Median(float a, float b, float c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
