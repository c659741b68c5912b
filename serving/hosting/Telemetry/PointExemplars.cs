using OpenTelemetry.Metrics;

namespace ElasticSynapse.Serving.Hosting.Telemetry;

/// <summary>The measurements of a point that were made in a sampled trace: a sample shows one, so that who looks at a number finds
/// a request behind it.</summary>
internal readonly struct PointExemplars
{
    private readonly ReadOnlyExemplarCollection? _exemplars;
    private readonly bool _isDouble;
    private readonly double _lower;
    private readonly double _upper;

    private PointExemplars(ReadOnlyExemplarCollection exemplars, bool isDouble, double lower, double upper) =>
        (_exemplars, _isDouble, _lower, _upper) = (exemplars, isDouble, lower, upper);

    public static PointExemplars Of(Metric metric, in MetricPoint point) => point.TryGetExemplars(out var exemplars) && HasAny(exemplars)
        ? new(exemplars, metric.MetricType is MetricType.Histogram or MetricType.DoubleSum, double.NegativeInfinity, double.PositiveInfinity)
        : default;

    // Most points have room for some and none; asked once, and not again for each bucket.
    private static bool HasAny(ReadOnlyExemplarCollection exemplars)
    {
        foreach (ref readonly var _ in exemplars)
        {
            return true;
        }
        return false;
    }

    /// <summary>Those of a bucket.</summary>
    /// <param name="lower">Exclusive.</param>
    /// <param name="upper">Inclusive.</param>
    public PointExemplars Within(double lower, double upper) => _exemplars is { } all ? new(all, _isDouble, lower, upper) : default;

    public Exemplar? Latest
    {
        get
        {
            Exemplar? latest = null;
            if (_exemplars is { } all)
            {
                foreach (ref readonly var exemplar in all)
                {
                    var value = Value(exemplar);
                    if (exemplar.TraceId != default && value > _lower && value <= _upper && !(latest?.Timestamp > exemplar.Timestamp))
                    {
                        latest = exemplar;
                    }
                }
            }
            return latest;
        }
    }

    // The SDK keeps a histogram's values as doubles whatever the instrument's type, and a counter's as they came.
    public double Value(in Exemplar exemplar) => _isDouble ? exemplar.DoubleValue : exemplar.LongValue;
}
