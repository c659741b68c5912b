using System.Diagnostics.Metrics;
using System.Net.Sockets;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ElasticSynapse.Serving.Tests.Hosting.Telemetry;

public sealed class MetricsEndpointTests
{
    [Fact]
    public async Task Metrics_AfterRequests_CountsThemAndOurOwnInstruments()
    {
        using var meter = new Meter("ElasticSynapse.MetricsEndpointTests");
        var waits = meter.CreateHistogram<double>("tests.wait", "s", "Time in the queue.");
        await using var service = await RunningService.StartAsync(app => app.MapGet("/hello/{name}", (string name) => name));
        await service.Client.GetStringAsync("/hello/a");
        await service.Client.GetStringAsync("/hello/b");
        waits.Record(0.0002);

        using var answer = await service.Client.GetAsync("/metrics");
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n');

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        // By route and not by path: a caller must not be able to make up series.
        var hello = Assert.Single(lines, line =>
            line.StartsWith("http_server_request_duration_seconds_count{", StringComparison.Ordinal)
            && line.Contains("http_route=\"/hello/{name}\"", StringComparison.Ordinal));
        Assert.EndsWith(" 2", hello, StringComparison.Ordinal);
        Assert.Contains("# TYPE tests_wait_seconds histogram", lines);
        Assert.Contains("tests_wait_seconds_bucket{le=\"0.0001\"} 0", lines);
        Assert.Contains("tests_wait_seconds_bucket{le=\"0.00025\"} 1", lines);
    }

    [Fact]
    public async Task Metrics_OfTwoServicesInAProcess_CountTheirOwnRequestsAlsoWhenOneHasEnded()
    {
        await using var service = await RunningService.StartAsync(app => app.MapGet("/hello", () => "hello"));
        await using (var other = await RunningService.StartAsync(app => app.MapGet("/hello", () => "hello")))
        {
            await service.Client.GetStringAsync("/hello");
            await other.Client.GetStringAsync("/hello");
        }
        await service.Client.GetStringAsync("/hello");

        var hello = Assert.Single((await service.Client.GetStringAsync("/metrics")).Split('\n'), line =>
            line.StartsWith("http_server_request_duration_seconds_count{", StringComparison.Ordinal)
            && line.Contains("http_route=\"/hello\"", StringComparison.Ordinal));
        Assert.EndsWith(" 2", hello, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_ScrapedAtOnce_EachScrapeIsWhole()
    {
        await using var service = await RunningService.StartAsync();

        var scrapes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => service.Client.GetStringAsync("/metrics")));

        Assert.All(scrapes, scrape => Assert.EndsWith("\n", scrape, StringComparison.Ordinal));
        Assert.All(scrapes, scrape => Assert.Contains("# TYPE kestrel_active_connections gauge", scrape, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Metrics_WhileAScrapeIsAtAnInstrument_RequestsAreAnsweredAndCounted()
    {
        await using var service = await RunningService.StartAsync(app => app.MapGet("/hello", () => "hello"));
        using var meter = Own(service);
        using var released = new ManualResetEventSlim();
        var collecting = new TaskCompletionSource();
        meter.CreateObservableGauge("tests.slow", () =>
        {
            collecting.TrySetResult();
            Assert.True(released.Wait(RunningService.Patience));
            return 1;
        });

        var scrape = service.Client.GetStringAsync("/metrics");
        await collecting.Task.WaitAsync(RunningService.Patience);
        Assert.Equal("hello", await service.Client.GetStringAsync("/hello"));
        Assert.False(scrape.IsCompleted);
        released.Set();

        Assert.Contains("\ntests_slow 1\n", await scrape, StringComparison.Ordinal);
        var hello = Assert.Single((await service.Client.GetStringAsync("/metrics")).Split('\n'), line =>
            line.StartsWith("http_server_request_duration_seconds_count{", StringComparison.Ordinal)
            && line.Contains("http_route=\"/hello\"", StringComparison.Ordinal));
        Assert.EndsWith(" 1", hello, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_WhoseReaderReadsNothing_OthersAndRequestsAreAnswered()
    {
        await using var service = await RunningService.StartAsync(app => app.MapGet("/hello", () => "hello"));
        using var meter = Own(service);
        // Some 20 MB, more than a connection holds on its way.
        var filling = new string('x', 1000);
        for (var i = 0; i < 10; i++)
        {
            var counter = meter.CreateCounter<long>($"tests.many_{i}");
            for (var j = 0; j < 1900; j++)
            {
                counter.Add(1, new KeyValuePair<string, object?>("label", filling + j));
            }
        }

        using var limit = new CancellationTokenSource(RunningService.Patience);
        using var connection = new TcpClient { ReceiveBufferSize = 4096 };
        await connection.ConnectAsync(service.Client.BaseAddress!.Host, service.Client.BaseAddress.Port, limit.Token);
        await connection.GetStream().WriteAsync("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray(), limit.Token);
        var first = new byte[16];
        // It has begun to answer, and can't go on.
        await connection.GetStream().ReadExactlyAsync(first, limit.Token);

        Assert.Equal("HTTP/1.1 200 OK\r", System.Text.Encoding.ASCII.GetString(first));
        Assert.Equal("hello", await service.Client.GetStringAsync("/hello"));
        Assert.True((await service.Client.GetStringAsync("/metrics")).Length > 19_000_000);
    }

    [Fact]
    public async Task Metrics_LiveScrape_PassesPromtool()
    {
        using var meter = new Meter("ElasticSynapse.MetricsEndpointTests");
        meter.CreateCounter<long>("tests.odd", "{thing}", "Odd \"things\".").Add(1, new KeyValuePair<string, object?>("path", "C:\\a \"b\"\nc"));
        await using var service = await RunningService.StartAsync(app =>
        {
            app.MapGet("/hello", () => "hello");
            app.MapGet("/broken", string () => throw new ApiException(ErrorKind.Overloaded, "full"));
        });
        foreach (var path in new[] { "/hello", "/broken", "/unknown", "/readyz", "/metrics" })
        {
            using var answer = await service.Client.GetAsync(path);
        }

        Assert.Equal("", await Promtool.CheckMetricsAsync(await service.Client.GetStringAsync("/metrics")));
    }

    [Fact]
    public async Task Metrics_ForAScraperThatAcceptsOpenMetrics_AreThat()
    {
        await using var service = await RunningService.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Add("Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5");

        using var answer = await service.Client.SendAsync(request);

        Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        var text = await answer.Content.ReadAsStringAsync();
        Assert.EndsWith("\n# EOF\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE process_cpu_seconds counter\n# UNIT process_cpu_seconds seconds\nprocess_cpu_seconds_total ", text, StringComparison.Ordinal);
        Assert.Contains("\nprocess_resident_memory_bytes ", text, StringComparison.Ordinal);
        Assert.Contains("\nprocess_start_time_seconds ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_AfterRequestsThatNobodyExpects_HaveNoMoreSeries()
    {
        await using var service = await RunningService.StartAsync(app => app.MapGet("/hello/{name}", (string name) => name));
        await AskAsync("warm-up");
        await service.Client.GetStringAsync("/metrics");
        var before = Series(await service.Client.GetStringAsync("/metrics"));

        for (var i = 0; i < 20; i++)
        {
            await AskAsync($"made-up-{i}");
        }

        Assert.Equal(before, Series(await service.Client.GetStringAsync("/metrics")));

        async Task AskAsync(string made)
        {
            foreach (var (method, path) in new[] { ("GET", $"/hello/{made}"), ("GET", $"/{made}?{made}"), (made.ToUpperInvariant(), "/hello/x") })
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                request.Headers.Host = $"{made}.example";
                request.Headers.TryAddWithoutValidation("User-Agent", made);
                using var answer = await service.Client.SendAsync(request);
            }
        }

        // Of requests, not of what else the process does meanwhile.
        static SortedSet<string> Series(string scrape) => new(
            scrape.Split('\n').Where(line => line.StartsWith("http_server_", StringComparison.Ordinal)).Select(line => line[..line.LastIndexOf(' ')]),
            StringComparer.Ordinal);
    }

    // Only that service's: others in the process leave it out.
    private static Meter Own(RunningService service) => service.App.Services.GetRequiredService<IMeterFactory>().Create("ElasticSynapse.MetricsEndpointTests");
}
