using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace ElasticSynapse.Serving.Hosting.Telemetry;

/// <summary>Collects when scraped, one scrape at a time; the text of the last collection is handed to whoever waited.</summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    private const int CollectTimeoutMilliseconds = 5_000;

    private readonly Lock _collecting = new();
    private readonly PrometheusText _writer = new();
    private string _text = "";

    public Func<int, bool>? Collect { get; set; }

    /// <summary>The current values of every instrument, in the Prometheus text format.</summary>
    public string Scrape()
    {
        lock (_collecting)
        {
            Collect?.Invoke(CollectTimeoutMilliseconds);
            return _text;
        }
    }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        _text = _writer.Write(batch);
        return ExportResult.Success;
    }
}
