using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using System.Text.RegularExpressions;
using ElasticSynapse.Serving.Hosting.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace ElasticSynapse.Serving.Tests.Hosting.Telemetry;

/// <summary>What OpenMetrics 1.0 has otherwise than the Prometheus text format.</summary>
public sealed partial class OpenMetricsTextTests : IDisposable
{
    private readonly Meter _meter = new($"OpenMetricsTextTests.{Guid.NewGuid():N}");
    private readonly PrometheusExporter _exporter = new();
    private readonly MeterProvider _provider;

    public OpenMetricsTextTests() => _provider = Sdk.CreateMeterProviderBuilder()
        .AddMeter(_meter.Name)
        .SetExemplarFilter(ExemplarFilterType.TraceBased)
        .AddView("wait", new ExplicitBucketHistogramConfiguration { Boundaries = [0.5, 1, 2.5] })
        .AddReader(new BaseExportingMetricReader(_exporter))
        .Build();

    public void Dispose()
    {
        _provider.Dispose();
        _exporter.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Scrape_CounterWithAUnit_NamesTheFamilyWithoutTotal()
    {
        _meter.CreateCounter<double>("busy", "s", "Busy \"time\".").Add(1.25);

        AssertScrape(
            """
            # HELP busy_seconds Busy \"time\".
            # TYPE busy_seconds counter
            # UNIT busy_seconds seconds
            busy_seconds_total 1.25
            # EOF
            """);
    }

    [Fact]
    public void Scrape_PeersCounterWithoutTotal_IsOfUnknownType()
    {
        using var meter = new Meter(PrometheusName.VerbatimMeter + "te_");
        using var exporter = new PrometheusExporter();
        using var provider = Sdk.CreateMeterProviderBuilder().AddMeter(meter.Name).AddReader(new BaseExportingMetricReader(exporter)).Build();
        meter.CreateCounter<long>("request_count", "{request}", "Requests.").Add(3);

        Assert.Equal(
            "# HELP te_request_count Requests.\n# TYPE te_request_count unknown\nte_request_count 3\n# EOF\n",
            Encoding.UTF8.GetString(exporter.Scrape(ExpositionFormat.OpenMetrics)));
    }

    [Fact]
    public void Scrape_HistogramOfATracedRequest_HasItsExemplarInItsBucketAlone()
    {
        var wait = _meter.CreateHistogram<double>("wait", "s", "Time.");
        using var traced = Span(ActivityTraceFlags.Recorded);
        wait.Record(0.75);
        using (Span(ActivityTraceFlags.None))
        {
            wait.Record(2);
        }

        AssertScrape(
            $$"""
            # HELP wait_seconds Time.
            # TYPE wait_seconds histogram
            # UNIT wait_seconds seconds
            wait_seconds_bucket{le="0.5"} 0
            wait_seconds_bucket{le="1.0"} 1 # {trace_id="{{traced.TraceId}}",span_id="{{traced.SpanId}}"} 0.75 <time>
            wait_seconds_bucket{le="2.5"} 2
            wait_seconds_bucket{le="+Inf"} 2
            wait_seconds_sum 2.75
            wait_seconds_count 2
            # EOF
            """);
    }

    [Fact]
    public void Scrape_CountersOfATracedRequest_HaveItsExemplar()
    {
        using var traced = Span(ActivityTraceFlags.Recorded);
        _meter.CreateCounter<long>("texts", null, "Texts.").Add(3);
        _meter.CreateCounter<double>("busy", "s", "Time.").Add(0.5);
        _meter.CreateUpDownCounter<long>("open", null, "Open.").Add(1);

        AssertScrape(
            $$"""
            # HELP texts Texts.
            # TYPE texts counter
            texts_total 3 # {trace_id="{{traced.TraceId}}",span_id="{{traced.SpanId}}"} 3 <time>
            # HELP busy_seconds Time.
            # TYPE busy_seconds counter
            # UNIT busy_seconds seconds
            busy_seconds_total 0.5 # {trace_id="{{traced.TraceId}}",span_id="{{traced.SpanId}}"} 0.5 <time>
            # HELP open Open.
            # TYPE open gauge
            open 1
            # EOF
            """);
    }

    [Fact]
    public void Scrape_InBothFormats_OnlyOpenMetricsHasExemplars()
    {
        using var traced = Span(ActivityTraceFlags.Recorded);
        _meter.CreateCounter<long>("texts", null, "Texts.").Add(3);

        Assert.Contains("trace_id", Encoding.UTF8.GetString(_exporter.Scrape(ExpositionFormat.OpenMetrics)), StringComparison.Ordinal);
        Assert.Equal("# HELP texts_total Texts.\n# TYPE texts_total counter\ntexts_total 3\n", Encoding.UTF8.GetString(_exporter.Scrape(ExpositionFormat.Prometheus)));
    }

    private static Activity Span(ActivityTraceFlags flags) => new Activity("request") { ActivityTraceFlags = flags }.SetIdFormat(ActivityIdFormat.W3C).Start();

    private void AssertScrape(string expected) =>
        Assert.Equal(expected + "\n", ExemplarTime().Replace(Encoding.UTF8.GetString(_exporter.Scrape(ExpositionFormat.OpenMetrics)), " <time>"));

    [GeneratedRegex(@"(?<=\} [0-9.]+) \d{10}\.\d{3}$", RegexOptions.Multiline)]
    private static partial Regex ExemplarTime();
}
