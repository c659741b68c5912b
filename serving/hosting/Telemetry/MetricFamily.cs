using System.Text;
using OpenTelemetry.Metrics;

namespace ElasticSynapse.Serving.Hosting.Telemetry;

/// <summary>What a metric is called and what it is, in one of the formats.</summary>
internal sealed class MetricFamily
{
    private const string Total = "_total";

    private MetricFamily(Metric metric, string name, string type, ExpositionFormat format)
    {
        (Name, Type, Sample) = (name, type, Encoding.UTF8.GetBytes(name));
        (Bucket, Sum, Count) = (Encoding.UTF8.GetBytes(name + "_bucket"), Encoding.UTF8.GetBytes(name + "_sum"), Encoding.UTF8.GetBytes(name + "_count"));
        Header = Encoding.UTF8.GetBytes(Describe(metric, format));
    }

    /// <summary>Of its samples, but for a histogram's suffixes.</summary>
    public string Name { get; }

    /// <summary>As the format's TYPE line has it.</summary>
    public string Type { get; }

    /// <summary><see cref="Name"/>, as it is sent.</summary>
    public byte[] Sample { get; }

    /// <summary>A histogram's samples.</summary>
    public byte[] Bucket { get; }

    public byte[] Sum { get; }

    public byte[] Count { get; }

    /// <summary>The lines before the first sample.</summary>
    public byte[] Header { get; }

    /// <summary>Of a metric that the formats can show; exponential histograms are not among those.</summary>
    public static MetricFamily? Of(Metric metric, ExpositionFormat format)
    {
        var isCounter = metric.MetricType is MetricType.LongSum or MetricType.DoubleSum;
        var name = PrometheusName.Metric(metric.MeterName, metric.Name, metric.Unit, isCounter);
        return metric.MetricType switch
        {
            MetricType.ExponentialHistogram => null,
            MetricType.Histogram => new(metric, name, "histogram", format),
            // A peer's own name. promtool refuses such a counter; of a series without a type it asks nothing.
            _ when isCounter && !name.EndsWith(Total, StringComparison.Ordinal) =>
                new(metric, name, format == ExpositionFormat.OpenMetrics ? "unknown" : "untyped", format),
            _ => new(metric, name, isCounter ? "counter" : "gauge", format),
        };
    }

    private string Describe(Metric metric, ExpositionFormat format)
    {
        var isOpenMetrics = format == ExpositionFormat.OpenMetrics;
        // OpenMetrics leaves a counter's suffix to its samples.
        var name = isOpenMetrics && Type == "counter" ? Name[..^Total.Length] : Name;
        var help = string.IsNullOrEmpty(metric.Description) ? metric.Name : metric.Description;
        var header = $"# HELP {name} {PrometheusName.Escape(help, quotes: isOpenMetrics)}\n# TYPE {name} {Type}\n";
        return isOpenMetrics && PrometheusName.Unit(metric.Unit) is { } unit && name.EndsWith('_' + unit, StringComparison.Ordinal)
            ? $"{header}# UNIT {name} {unit}\n"
            : header;
    }
}
