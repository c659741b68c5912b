namespace ElasticSynapse.Benchmarks.Report;

/// <summary>What was measured, a value a round. A figure is known by its heading.</summary>
internal sealed class Measurements
{
    /// <summary>The figure that all benchmarks have.</summary>
    public const string PeakMemory = "peak memory, MiB";

    private readonly Dictionary<(string Contender, string Figure), List<double>> _values = [];

    /// <summary>Adds the next round's value.</summary>
    public void Add(string contender, string figure, double value)
    {
        if (!_values.TryGetValue((contender, figure), out var values))
        {
            _values[(contender, figure)] = values = [];
        }
        values.Add(value);
    }

    /// <summary>Over the rounds; null if it was not measured.</summary>
    public double? Of(string contender, string figure) =>
        _values.TryGetValue((contender, figure), out var values) ? Median.Of(values) : null;

    /// <summary>The median of the rounds' ratios: what a busy moment does to both sides cancels out. Null if one was not measured.</summary>
    public double? Ratio(string contender, string other, string figure) => Compare(contender, other, figure, (value, its) => value / its);

    /// <summary>The median of the rounds' differences.</summary>
    public double? Difference(string contender, string other, string figure) => Compare(contender, other, figure, (value, its) => value - its);

    private double? Compare(string contender, string other, string figure, Func<double, double, double> compare) =>
        _values.TryGetValue((contender, figure), out var values) && _values.TryGetValue((other, figure), out var others)
            ? Median.Of(values.Zip(others, compare))
            : null;
}
