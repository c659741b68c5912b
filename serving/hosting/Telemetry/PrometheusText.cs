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
    private readonly Utf8Text _text = new();

    // Of the point at hand, without braces: a histogram repeats them for each bucket.
    private readonly Utf8Text _labels = new();

    // What stays the same from scrape to scrape is put together once: instruments live as long as the process.
    private readonly Dictionary<(Metric Metric, ExpositionFormat Format), MetricFamily?> _families = [];
    private readonly Dictionary<string, byte[]> _labelNames = new(StringComparer.Ordinal);
    private readonly Dictionary<(double Bound, ExpositionFormat Format), byte[]> _bounds = [];

    // The formats allow one family a name, so meters that share a name would make the whole scrape invalid.
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    private ExpositionFormat _format = ExpositionFormat.Prometheus;

    private bool IsOpenMetrics => _format == ExpositionFormat.OpenMetrics;

    public byte[] Write(in Batch<Metric> metrics, ExpositionFormat format)
    {
        _text.Clear();
        _written.Clear();
        _format = format;
        foreach (var metric in metrics)
        {
            if (Family(metric) is { } family && _written.Add(family.Name))
            {
                Write(metric, family);
            }
        }
        if (IsOpenMetrics)
        {
            _text.Append("# EOF\n"u8);
        }
        return _text.Bytes.ToArray();
    }

    private MetricFamily? Family(Metric metric)
    {
        if (!_families.TryGetValue((metric, _format), out var family))
        {
            _families[(metric, _format)] = family = MetricFamily.Of(metric, _format);
        }
        return family;
    }

    private void Write(Metric metric, MetricFamily family)
    {
        _text.Append(family.Header);
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            Labels(point);
            switch (metric.MetricType)
            {
                case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                    Begin(family.Sample).Append(point.GetSumLong());
                    End(ExemplarsOf(metric, point, family));
                    break;
                case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                    Begin(family.Sample).Append(point.GetSumDouble());
                    End(ExemplarsOf(metric, point, family));
                    break;
                case MetricType.LongGauge:
                    Begin(family.Sample).Append(point.GetGaugeLastValueLong());
                    End(default);
                    break;
                case MetricType.DoubleGauge:
                    Begin(family.Sample).Append(point.GetGaugeLastValueDouble());
                    End(default);
                    break;
                case MetricType.Histogram:
                    Histogram(metric, family, point);
                    break;
            }
        }
    }

    private void Histogram(Metric metric, MetricFamily family, in MetricPoint point)
    {
        var exemplars = ExemplarsOf(metric, point, family);
        var cumulative = 0L;
        var lower = double.NegativeInfinity;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            cumulative += bucket.BucketCount;
            Begin(family.Bucket, Bound(bucket.ExplicitBound)).Append(cumulative);
            End(exemplars.Within(lower, bucket.ExplicitBound));
            lower = bucket.ExplicitBound;
        }
        Begin(family.Sum).Append(point.GetHistogramSum());
        End(default);
        Begin(family.Count).Append(point.GetHistogramCount());
        End(default);
    }

    // OpenMetrics allows them on counters and buckets alone.
    private PointExemplars ExemplarsOf(Metric metric, in MetricPoint point, MetricFamily family) =>
        IsOpenMetrics && family.Type is "counter" or "histogram" ? PointExemplars.Of(metric, point) : default;

    private void Labels(in MetricPoint point)
    {
        _labels.Clear();
        foreach (var tag in point.Tags)
        {
            if (!_labelNames.TryGetValue(tag.Key, out var name))
            {
                _labelNames[tag.Key] = name = Encoding.UTF8.GetBytes(PrometheusName.Label(tag.Key));
            }
            _labels.Append(_labels.Length > 0 ? ","u8 : default).Append(name).Append("=\""u8)
                .Append(PrometheusName.Escape(LabelValue(tag.Value), quotes: true)).Append("\""u8);
        }
    }

    /// <summary>A sample up to its value.</summary>
    /// <param name="bound">Upper bound of a bucket.</param>
    private Utf8Text Begin(byte[] name, ReadOnlySpan<byte> bound = default)
    {
        _text.Append(name);
        if (_labels.Length > 0 || !bound.IsEmpty)
        {
            _text.Append("{"u8).Append(_labels.Bytes);
            if (!bound.IsEmpty)
            {
                _text.Append(_labels.Length > 0 ? ",le=\""u8 : "le=\""u8).Append(bound).Append("\""u8);
            }
            _text.Append("}"u8);
        }
        return _text.Append(" "u8);
    }

    private void End(PointExemplars exemplars)
    {
        if (exemplars.Latest is { } exemplar)
        {
            var at = exemplar.Timestamp.ToUnixTimeMilliseconds() / 1000.0;
            _text.Append($" # {{trace_id=\"{exemplar.TraceId.ToHexString()}\",span_id=\"{exemplar.SpanId.ToHexString()}\"}} ")
                .Append(exemplars.Value(exemplar)).Append(string.Create(CultureInfo.InvariantCulture, $" {at:F3}"));
        }
        _text.Append("\n"u8);
    }

    private static string LabelValue(object? value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private byte[] Bound(double bound)
    {
        if (!_bounds.TryGetValue((bound, _format), out var bytes))
        {
            var text = double.IsPositiveInfinity(bound) ? "+Inf" : bound.ToString("R", CultureInfo.InvariantCulture);
            // OpenMetrics wants bounds to be seen as the floats that they are, so that every exposer writes them alike.
            text += IsOpenMetrics && double.IsInteger(bound) && !text.Contains('E') ? ".0" : "";
            _bounds[(bound, _format)] = bytes = Encoding.UTF8.GetBytes(text);
        }
        return bytes;
    }
}
