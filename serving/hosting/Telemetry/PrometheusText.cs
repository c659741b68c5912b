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

    // Of the point at hand, without braces: a histogram repeats them for each bucket.
    private readonly StringBuilder _labels = new();

    // Instruments' own names of labels, as the formats allow them: few.
    private readonly Dictionary<string, string> _labelNames = new(StringComparer.Ordinal);

    // Buckets' bounds, as each of the formats has them: few, too.
    private readonly Dictionary<(double Bound, bool IsOpenMetrics), string> _bounds = [];

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
            Labels(point);
            switch (metric.MetricType)
            {
                case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                    Sample(name, null, point.GetSumLong(), ExemplarsOf(metric, point, family));
                    break;
                case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                    Sample(name, null, point.GetSumDouble(), ExemplarsOf(metric, point, family));
                    break;
                case MetricType.LongGauge:
                    Sample(name, null, point.GetGaugeLastValueLong(), default);
                    break;
                case MetricType.DoubleGauge:
                    Sample(name, null, point.GetGaugeLastValueDouble(), default);
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
        var name = family.Sample + "_bucket";
        foreach (var bucket in point.GetHistogramBuckets())
        {
            cumulative += bucket.BucketCount;
            Sample(name, Bound(bucket.ExplicitBound), cumulative, exemplars.Within(lower, bucket.ExplicitBound));
            lower = bucket.ExplicitBound;
        }
        Sample(family.Sample + "_sum", null, point.GetHistogramSum(), default);
        Sample(family.Sample + "_count", null, point.GetHistogramCount(), default);
    }

    // OpenMetrics allows them on counters and buckets alone.
    private PointExemplars ExemplarsOf(Metric metric, in MetricPoint point, in MetricFamily family) =>
        IsOpenMetrics && family.Type is "counter" or "histogram" ? PointExemplars.Of(metric, point) : default;

    private void Labels(in MetricPoint point)
    {
        _labels.Clear();
        foreach (var tag in point.Tags)
        {
            if (!_labelNames.TryGetValue(tag.Key, out var name))
            {
                _labelNames[tag.Key] = name = PrometheusName.Label(tag.Key);
            }
            _labels.Append(_labels.Length > 0 ? "," : "").Append(name).Append("=\"").Append(Escape(LabelValue(tag.Value), quotes: true)).Append('"');
        }
    }

    private void Sample(string name, string? upperBound, double value, PointExemplars exemplars)
    {
        _text.Append(name);
        if (_labels.Length > 0 || upperBound is not null)
        {
            _text.Append('{').Append(_labels);
            if (upperBound is not null)
            {
                _text.Append(_labels.Length > 0 ? "," : "").Append("le=\"").Append(upperBound).Append('"');
            }
            _text.Append('}');
        }
        _text.Append(' ');
        Number(value);
        if (exemplars.Latest is { } exemplar)
        {
            var at = exemplar.Timestamp.ToUnixTimeMilliseconds() / 1000.0;
            _text.Append(" # {trace_id=\"").Append(exemplar.TraceId.ToHexString()).Append("\",span_id=\"").Append(exemplar.SpanId.ToHexString()).Append("\"} ");
            Number(exemplars.Value(exemplar));
            _text.Append(CultureInfo.InvariantCulture, $" {at:F3}");
        }
        _text.Append('\n');
    }

    private static string LabelValue(object? value) => value switch
    {
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private string Bound(double bound)
    {
        if (!_bounds.TryGetValue((bound, IsOpenMetrics), out var text))
        {
            text = double.IsPositiveInfinity(bound) ? "+Inf" : bound.ToString("R", CultureInfo.InvariantCulture);
            // OpenMetrics wants bounds to be seen as the floats that they are, so that every exposer writes them alike.
            text += IsOpenMetrics && double.IsInteger(bound) && !text.Contains('E') ? ".0" : "";
            _bounds[(bound, IsOpenMetrics)] = text;
        }
        return text;
    }

    private void Number(double value)
    {
        if (double.IsInfinity(value))
        {
            _text.Append(value > 0 ? "+Inf" : "-Inf");
        }
        else
        {
            _text.Append(CultureInfo.InvariantCulture, $"{value:R}");
        }
    }

    private static string Escape(string text, bool quotes)
    {
        text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
    }
}
