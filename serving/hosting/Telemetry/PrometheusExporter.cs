using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace ElasticSynapse.Serving.Hosting.Telemetry;

/// <summary>Collects when scraped, one scrape at a time. Requests go on counting meanwhile: only scrapes wait for each other.</summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    private const int CollectTimeoutMilliseconds = 5_000;

    private readonly Lock _collecting = new();
    private readonly PrometheusText _writer = new();
    private ExpositionFormat _format = ExpositionFormat.Prometheus;
    private byte[] _text = [];

    public Func<int, bool>? Collect { get; set; }

    /// <summary>The current values of every instrument, as they are sent.</summary>
    public byte[] Scrape(ExpositionFormat format)
    {
        lock (_collecting)
        {
            _format = format;
            Collect?.Invoke(CollectTimeoutMilliseconds);
            return _text;
        }
    }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        _text = _writer.Write(batch, _format);
        return ExportResult.Success;
    }
}
