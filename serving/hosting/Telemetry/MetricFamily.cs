using OpenTelemetry.Metrics;

namespace ElasticSynapse.Serving.Hosting.Telemetry;

/// <summary>What a metric is called and what it is, in either format.</summary>
/// <param name="Sample">Name of its samples, but for a histogram's suffixes.</param>
/// <param name="Type">As the format's TYPE line has it.</param>
internal readonly record struct MetricFamily(string Sample, string Type)
{
    private const string Total = "_total";

    /// <summary>Of a metric that the formats can show; exponential histograms are not among those.</summary>
    public static MetricFamily? Of(Metric metric, ExpositionFormat format)
    {
        var isCounter = metric.MetricType is MetricType.LongSum or MetricType.DoubleSum;
        var name = PrometheusName.Metric(metric.MeterName, metric.Name, metric.Unit, isCounter);
        return metric.MetricType switch
        {
            MetricType.ExponentialHistogram => null,
            MetricType.Histogram => new(name, "histogram"),
            // A peer's own name. promtool refuses such a counter; of a series without a type it asks nothing.
            _ when isCounter && !name.EndsWith(Total, StringComparison.Ordinal) =>
                new(name, format == ExpositionFormat.OpenMetrics ? "unknown" : "untyped"),
            _ => new(name, isCounter ? "counter" : "gauge"),
        };
    }

    /// <summary>As HELP and TYPE name it: OpenMetrics leaves a counter's suffix to its samples.</summary>
    public string Name(ExpositionFormat format) =>
        Type == "counter" && format == ExpositionFormat.OpenMetrics ? Sample[..^Total.Length] : Sample;
}
