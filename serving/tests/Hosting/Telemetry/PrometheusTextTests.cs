using System.Diagnostics.Metrics;
using System.Text;
using ElasticSynapse.Serving.Hosting.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace ElasticSynapse.Serving.Tests.Hosting.Telemetry;

public sealed class PrometheusTextTests : IDisposable
{
    private readonly Meter _meter = new($"PrometheusTextTests.{Guid.NewGuid():N}");
    private readonly PrometheusExporter _exporter = new();
    private readonly MeterProvider _provider;

    public PrometheusTextTests() => _provider = Sdk.CreateMeterProviderBuilder()
        .AddMeter(_meter.Name)
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
    public void Scrape_Counter_IsATotal()
    {
        var tokens = _meter.CreateCounter<long>("model.tokens", "{token}", "Tokens by kind.");
        tokens.Add(3, new KeyValuePair<string, object?>("token.kind", "prompt"));
        tokens.Add(4, new KeyValuePair<string, object?>("token.kind", "completion"));
        tokens.Add(2, new KeyValuePair<string, object?>("token.kind", "prompt"));

        AssertScrape(
            """
            # HELP model_tokens_total Tokens by kind.
            # TYPE model_tokens_total counter
            model_tokens_total{token_kind="prompt"} 5
            model_tokens_total{token_kind="completion"} 4
            """);
    }

    [Fact]
    public void Scrape_FractionalCounter_KeepsTheFraction()
    {
        _meter.CreateCounter<double>("busy", "s", "Busy time.").Add(1.25);

        AssertScrape(
            """
            # HELP busy_seconds_total Busy time.
            # TYPE busy_seconds_total counter
            busy_seconds_total 1.25
            """);
    }

    [Fact]
    public void Scrape_UpDownCounter_IsAGaugeThatMayFall()
    {
        var active = _meter.CreateUpDownCounter<int>("slots.active", "{slot}", "Slots in use.");
        active.Add(2);
        active.Add(-3);

        AssertScrape(
            """
            # HELP slots_active Slots in use.
            # TYPE slots_active gauge
            slots_active -1
            """);
    }

    [Fact]
    public void Scrape_Gauges_HaveTheLastValue()
    {
        _meter.CreateObservableGauge("queue.length", () => 7, "{request}", "Waiting requests.");
        var fill = _meter.CreateGauge<double>("kv.fill", "1", "Used part of the cache.");
        fill.Record(0.5);
        fill.Record(0.125);

        AssertScrape(
            """
            # HELP queue_length Waiting requests.
            # TYPE queue_length gauge
            queue_length 7
            # HELP kv_fill_ratio Used part of the cache.
            # TYPE kv_fill_ratio gauge
            kv_fill_ratio 0.125
            """);
    }

    [Theory]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(1e300, "1E+300")]
    public void Scrape_UnusualNumbers_AreWrittenAsPrometheusReadsThem(double value, string expected)
    {
        _meter.CreateObservableGauge("number", () => value, null, "Any.");

        AssertScrape($"# HELP number Any.\n# TYPE number gauge\nnumber {expected}");
    }

    [Fact]
    public void Scrape_Histogram_HasCumulativeBucketsUpToInfinity()
    {
        var wait = _meter.CreateHistogram<double>("wait", "s", "Time in the queue.");
        foreach (var seconds in new[] { 0.25, 0.5, 0.75, 2, 10 })
        {
            wait.Record(seconds, new KeyValuePair<string, object?>("api", "completions"));
        }

        AssertScrape(
            """
            # HELP wait_seconds Time in the queue.
            # TYPE wait_seconds histogram
            wait_seconds_bucket{api="completions",le="0.5"} 2
            wait_seconds_bucket{api="completions",le="1"} 3
            wait_seconds_bucket{api="completions",le="2.5"} 4
            wait_seconds_bucket{api="completions",le="+Inf"} 5
            wait_seconds_sum{api="completions"} 13.5
            wait_seconds_count{api="completions"} 5
            """);
    }

    [Fact]
    public void Scrape_HistogramWithoutLabels_HasOnlyTheBound()
    {
        _meter.CreateHistogram<double>("wait", "s", "Time.").Record(1);

        AssertScrape(
            """
            # HELP wait_seconds Time.
            # TYPE wait_seconds histogram
            wait_seconds_bucket{le="0.5"} 0
            wait_seconds_bucket{le="1"} 1
            wait_seconds_bucket{le="2.5"} 1
            wait_seconds_bucket{le="+Inf"} 1
            wait_seconds_sum 1
            wait_seconds_count 1
            """);
    }

    [Fact]
    public void Scrape_LabelValuesAndHelp_AreEscaped()
    {
        var counter = _meter.CreateCounter<long>("odd", null, "Back\\slash, \"quotes\" and\na line.");
        counter.Add(1, new("path", "C:\\a \"b\"\nc"), new("flag", true), new("none", null), new("share", 0.5));

        AssertScrape(
            """
            # HELP odd_total Back\\slash, "quotes" and\na line.
            # TYPE odd_total counter
            odd_total{flag="true",none="",path="C:\\a \"b\"\nc",share="0.5"} 1
            """);
    }

    [Fact]
    public void Scrape_NoDescription_HelpIsTheName()
    {
        _meter.CreateCounter<long>("plain.name").Add(1);

        AssertScrape("# HELP plain_name_total plain.name\n# TYPE plain_name_total counter\nplain_name_total 1");
    }

    [Fact]
    public void Scrape_TwoInstrumentsWithOnePrometheusName_OneFamily()
    {
        _meter.CreateCounter<long>("same.name", null, "First.").Add(1);
        _meter.CreateCounter<long>("same_name", null, "Second.").Add(2);

        AssertScrape("# HELP same_name_total First.\n# TYPE same_name_total counter\nsame_name_total 1");
    }

    [Fact]
    public void Scrape_Twice_CountersGoOn()
    {
        var counter = _meter.CreateCounter<long>("steps", null, "Steps.");
        counter.Add(1);
        _exporter.Scrape(ExpositionFormat.Prometheus);
        counter.Add(1);

        AssertScrape("# HELP steps_total Steps.\n# TYPE steps_total counter\nsteps_total 2");
    }

    private void AssertScrape(string expected) => Assert.Equal(expected + "\n", Encoding.UTF8.GetString(_exporter.Scrape(ExpositionFormat.Prometheus)));
}
