namespace ElasticSynapse.Serving.Tests.Models;

internal static class Numbers
{
    public static float LargestDifference(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Assert.Equal(a.Length, b.Length);
        var largest = 0f;
        for (var i = 0; i < a.Length; i++)
            largest = float.MaxMagnitude(largest, a[i] - b[i]); // NaN wins
        return Math.Abs(largest);
    }

    /// <summary>Index of the largest; the first of equals.</summary>
    public static int Argmax(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
            best = values[i] > values[best] ? i : best;
        return best;
    }
}
