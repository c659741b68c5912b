using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace ElasticSynapse.Serving.Hosting.Telemetry;

/// <summary>Writes aggregated metrics in the Prometheus text format 0.0.4.</summary>
/// <remarks>Names follow the OpenTelemetry-to-Prometheus rules: dots become underscores, the unit is a suffix, and a
/// monotonic sum ends in <c>_total</c>. Format: prometheus.io, "Exposition formats".</remarks>
internal sealed class PrometheusText
{
    private readonly StringBuilder _text = new();

    // The format allows one family a name, so meters that share a name would make the whole scrape invalid.
    private readonly HashSet<string> _families = new(StringComparer.Ordinal);

    public string Write(in Batch<Metric> metrics)
    {
        _text.Clear();
        _families.Clear();
        foreach (var metric in metrics)
        {
            Write(metric);
        }
        return _text.ToString();
    }

    private void Write(Metric metric)
    {
        var (type, isCounter) = metric.MetricType switch
        {
            MetricType.LongSum or MetricType.DoubleSum => ("counter", true),
            MetricType.Histogram => ("histogram", false),
            _ => ("gauge", false),
        };
        var name = PrometheusName.Metric(metric.MeterName, metric.Name, metric.Unit, isCounter);
        if (isCounter && !name.EndsWith("_total", StringComparison.Ordinal))
        {
            // A peer's own name. promtool refuses such a counter; of an untyped series it asks nothing.
            type = "untyped";
        }
        if (metric.MetricType == MetricType.ExponentialHistogram || !_families.Add(name))
        {
            return;
        }
        var help = string.IsNullOrEmpty(metric.Description) ? metric.Name : metric.Description;
        _text.Append("# HELP ").Append(name).Append(' ').Append(Escape(help, quotes: false)).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            switch (metric.MetricType)
            {
                case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                    Sample(name, point, null, point.GetSumLong());
                    break;
                case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                    Sample(name, point, null, point.GetSumDouble());
                    break;
                case MetricType.LongGauge:
                    Sample(name, point, null, point.GetGaugeLastValueLong());
                    break;
                case MetricType.DoubleGauge:
                    Sample(name, point, null, point.GetGaugeLastValueDouble());
                    break;
                case MetricType.Histogram:
                    Histogram(name, point);
                    break;
            }
        }
    }

    private void Histogram(string name, in MetricPoint point)
    {
        var cumulative = 0L;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            cumulative += bucket.BucketCount;
            Sample(name + "_bucket", point, Number(bucket.ExplicitBound), cumulative);
        }
        Sample(name + "_sum", point, null, point.GetHistogramSum());
        Sample(name + "_count", point, null, point.GetHistogramCount());
    }

    private void Sample(string name, in MetricPoint point, string? upperBound, double value)
    {
        _text.Append(name);
        var separator = '{';
        foreach (var tag in point.Tags)
        {
            _text.Append(separator).Append(PrometheusName.Label(tag.Key)).Append("=\"")
                .Append(Escape(LabelValue(tag.Value), quotes: true)).Append('"');
            separator = ',';
        }
        if (upperBound is not null)
        {
            _text.Append(separator).Append("le=\"").Append(upperBound).Append('"');
            separator = ',';
        }
        if (separator == ',')
        {
            _text.Append('}');
        }
        _text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string LabelValue(object? value) => value switch
    {
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string Escape(string text, bool quotes)
    {
        text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
    }
}
