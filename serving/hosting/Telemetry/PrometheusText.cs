using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace ElasticSynapse.Serving.Hosting.Telemetry;

/// <summary>Writes aggregated metrics in the Prometheus text format 0.0.4 or in OpenMetrics 1.0.</summary>
/// <remarks>Names follow the OpenTelemetry-to-Prometheus rules: dots become underscores, the unit is a suffix, and a
/// monotonic sum ends in <c>_total</c>. Formats: prometheus.io, "Exposition formats"; OpenMetrics 1.0, "Text format".</remarks>
internal sealed class PrometheusText
{
    private readonly StringBuilder _text = new();

    // The formats allow one family a name, so meters that share a name would make the whole scrape invalid.
    private readonly HashSet<string> _families = new(StringComparer.Ordinal);

    private ExpositionFormat _format = ExpositionFormat.Prometheus;

    private bool IsOpenMetrics => _format == ExpositionFormat.OpenMetrics;

    public string Write(in Batch<Metric> metrics, ExpositionFormat format)
    {
        _text.Clear();
        _families.Clear();
        _format = format;
        foreach (var metric in metrics)
        {
            Write(metric);
        }
        if (IsOpenMetrics)
        {
            _text.Append("# EOF\n");
        }
        return _text.ToString();
    }

    private void Write(Metric metric)
    {
        if (MetricFamily.Of(metric, _format) is not { } family || !_families.Add(family.Sample))
        {
            return;
        }
        Describe(metric, family);
        var name = family.Sample;
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            switch (metric.MetricType)
            {
                case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                    Sample(name, point, null, point.GetSumLong(), ExemplarsOf(metric, point, family));
                    break;
                case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                    Sample(name, point, null, point.GetSumDouble(), ExemplarsOf(metric, point, family));
                    break;
                case MetricType.LongGauge:
                    Sample(name, point, null, point.GetGaugeLastValueLong(), default);
                    break;
                case MetricType.DoubleGauge:
                    Sample(name, point, null, point.GetGaugeLastValueDouble(), default);
                    break;
                case MetricType.Histogram:
                    Histogram(metric, family, point);
                    break;
            }
        }
    }

    private void Describe(Metric metric, in MetricFamily family)
    {
        var name = family.Name(_format);
        var help = string.IsNullOrEmpty(metric.Description) ? metric.Name : metric.Description;
        _text.Append("# HELP ").Append(name).Append(' ').Append(Escape(help, quotes: IsOpenMetrics)).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(family.Type).Append('\n');
        if (IsOpenMetrics && PrometheusName.Unit(metric.Unit) is { } unit && name.EndsWith('_' + unit, StringComparison.Ordinal))
        {
            _text.Append("# UNIT ").Append(name).Append(' ').Append(unit).Append('\n');
        }
    }

    private void Histogram(Metric metric, in MetricFamily family, in MetricPoint point)
    {
        var exemplars = ExemplarsOf(metric, point, family);
        var cumulative = 0L;
        var lower = double.NegativeInfinity;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            cumulative += bucket.BucketCount;
            Sample(family.Sample + "_bucket", point, Bound(bucket.ExplicitBound), cumulative, exemplars.Within(lower, bucket.ExplicitBound));
            lower = bucket.ExplicitBound;
        }
        Sample(family.Sample + "_sum", point, null, point.GetHistogramSum(), default);
        Sample(family.Sample + "_count", point, null, point.GetHistogramCount(), default);
    }

    // OpenMetrics allows them on counters and buckets alone.
    private PointExemplars ExemplarsOf(Metric metric, in MetricPoint point, in MetricFamily family) =>
        IsOpenMetrics && family.Type is "counter" or "histogram" ? PointExemplars.Of(metric, point) : default;

    private void Sample(string name, in MetricPoint point, string? upperBound, double value, PointExemplars exemplars)
    {
        _text.Append(name);
        var separator = '{';
        foreach (var tag in point.Tags)
        {
            Label(separator, PrometheusName.Label(tag.Key), LabelValue(tag.Value));
            separator = ',';
        }
        if (upperBound is not null)
        {
            Label(separator, "le", upperBound);
            separator = ',';
        }
        if (separator == ',')
        {
            _text.Append('}');
        }
        _text.Append(' ').Append(Number(value));
        if (exemplars.Latest is { } exemplar)
        {
            var at = exemplar.Timestamp.ToUnixTimeMilliseconds() / 1000.0;
            _text.Append(" # {trace_id=\"").Append(exemplar.TraceId.ToHexString()).Append("\",span_id=\"").Append(exemplar.SpanId.ToHexString())
                .Append("\"} ").Append(Number(exemplars.Value(exemplar))).Append(' ').Append(at.ToString("F3", CultureInfo.InvariantCulture));
        }
        _text.Append('\n');
    }

    private void Label(char separator, string name, string value) =>
        _text.Append(separator).Append(name).Append("=\"").Append(Escape(value, quotes: true)).Append('"');

    private static string LabelValue(object? value) => value switch
    {
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    // OpenMetrics wants bounds to be seen as the floats that they are, so that every exposer writes them alike.
    private string Bound(double bound)
    {
        var text = Number(bound);
        return IsOpenMetrics && double.IsInteger(bound) && !text.Contains('E') ? text + ".0" : text;
    }

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
