using System.Globalization;
using System.Text.RegularExpressions;
using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Telemetry;

/// <summary>Each request once, by what became of it.</summary>
public sealed partial class CountedRequestsTests
{
    private readonly TaskCompletionSource _begun = new();

    [Fact]
    public async Task Metrics_AfterRequestsOfEveryOutcome_CountEachOnce()
    {
        await using var upstream = await Upstream.StartAsync(Answer);
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1.0", 100, upstream.Address));
        await using var gateway = new RunningGateway(catalogue, ("Retries:MaxTries", "1"));

        foreach (var body in new[] { "ok", "ok", "bad", "busy", "broken", "breaks off" })
        {
            await PostAsync(gateway, $"{{\"prompt\": \"{body}\"}}");
        }
        await PostAsync(gateway, "{\"model\": \"made-up\"}");
        using (await gateway.Client.GetAsync("/made/up"))
        {
        }

        Assert.Equal(
            [
                "model=gpt2 version=1_v1.0 route=/v1/completions status=2xx outcome=broke_off: 1",
                "model=gpt2 version=1_v1.0 route=/v1/completions status=2xx outcome=ok: 2",
                "model=gpt2 version=1_v1.0 route=/v1/completions status=4xx outcome=invalid: 1",
                "model=gpt2 version=1_v1.0 route=/v1/completions status=4xx outcome=refused: 1",
                "model=gpt2 version=1_v1.0 route=/v1/completions status=5xx outcome=failed: 1",
                "model= version= route=/v1/completions status=4xx outcome=invalid: 1",
                "model= version= route=other status=4xx outcome=invalid: 1",
            ],
            await CountsAsync(gateway, total: 8));
    }

    [Fact]
    public async Task Metrics_CallerGoesAway_IsCancelledAndNobodysFailure()
    {
        var arrived = new TaskCompletionSource();
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            arrived.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1.0", 100, upstream.Address));
        await using var gateway = new RunningGateway(catalogue);
        using var leave = new CancellationTokenSource();

        var asking = gateway.Client.PostAsync("/v1/completions", new StringContent("{}"), leave.Token);
        await arrived.Task.WaitAsync(Patience.Limit);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);

        Assert.Equal(["model=gpt2 version=1_v1.0 route=/v1/completions status=4xx outcome=cancelled: 1"], await CountsAsync(gateway, total: 1));
    }

    [Fact]
    public async Task Metrics_OfCallersWithAClass_TellThemApart()
    {
        await using var upstream = await Upstream.StartAsync("answer");
        using var keys = new KeysFile(("search", "secret", "\"class\": \"interactive\""));
        await using var gateway = new RunningGateway(upstream.Address, null, ("Callers:KeysFile", keys.Path));
        gateway.Client.DefaultRequestHeaders.Authorization = new("Bearer", "secret");

        await PostAsync(gateway, "{}");

        Assert.Contains("caller_class=\"interactive\"", await gateway.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_GoodOrBad_SaysWhatTheGatewayAdded()
    {
        await using var upstream = await Upstream.StartAsync("answer");
        await using var gateway = new RunningGateway(upstream.Address);

        foreach (var path in new[] { "/v1/completions", "/made/up" })
        {
            using var answer = await gateway.Client.PostAsync(path, new StringContent("{}"));
            var overhead = Assert.Single(answer.Headers.GetValues("x-gateway-overhead-ms"));
            Assert.True(double.Parse(overhead, CultureInfo.InvariantCulture) >= 0, overhead);
        }
    }

    [Fact]
    public async Task Metrics_OfAStream_TimeItsFirstEventAndTheNext()
    {
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            foreach (var text in new[] { "data: a\n\n", ": still there\n\n", "data: b\n\n", "data: c\n\n" })
            {
                await context.Response.WriteAsync(text);
                await context.Response.Body.FlushAsync();
            }
        });
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1.0", 100, upstream.Address));
        await using var gateway = new RunningGateway(catalogue);

        await PostAsync(gateway, "{\"stream\": true}");

        var metrics = await gateway.MetricsAsync();
        Assert.Contains("elastic_synapse_gateway_time_to_first_token_seconds_count{model=\"gpt2\",version=\"1_v1.0\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("elastic_synapse_gateway_time_to_first_byte_seconds_count{model=\"gpt2\",version=\"1_v1.0\"} 1\n", metrics, StringComparison.Ordinal);
    }

    private async Task Answer(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        context.Response.StatusCode = body switch
        {
            _ when body.Contains("bad", StringComparison.Ordinal) => 400,
            _ when body.Contains("busy", StringComparison.Ordinal) => 429,
            _ when body.Contains("broken", StringComparison.Ordinal) => 500,
            _ => 200,
        };
        if (body.Contains("breaks off", StringComparison.Ordinal))
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: a\n\n");
            await context.Response.Body.FlushAsync();
            // A reset takes with it what has not been read yet.
            await _begun.Task.WaitAsync(Patience.Limit);
            context.Abort();
        }
    }

    private async Task PostAsync(RunningGateway gateway, string body)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = new StringContent(body) };
            using var answer = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            if (body.Contains("breaks off", StringComparison.Ordinal))
            {
                _begun.TrySetResult();
            }
            await answer.Content.ReadAsStringAsync();
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            // The answer broke off.
        }
    }

    // A request is counted when all of it is over, which its caller may not wait for.
    private static async Task<string[]> CountsAsync(RunningGateway gateway, long total)
    {
        string[] counts = [];
        await Patience.UntilAsync(
            async () =>
            {
                var lines = (await gateway.MetricsAsync()).Split('\n')
                    .Where(line => line.StartsWith("elastic_synapse_gateway_requests_total{", StringComparison.Ordinal)).ToArray();
                counts = [.. lines.Select(Shown).Order(StringComparer.Ordinal).OrderBy(line => line.StartsWith("model= ", StringComparison.Ordinal))];
                return lines.Sum(line => long.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)) == total;
            },
            $"{total} requests are counted");
        return counts;
    }

    private static string Shown(string line)
    {
        var labels = Label().Matches(line).ToDictionary(label => label.Groups["name"].Value, label => label.Groups["value"].Value);
        return string.Join(' ', new[] { "model", "version", "route", "status", "outcome" }.Select(name => $"{name}={labels[name]}")) + line[line.LastIndexOf(' ')..].Replace(" ", ": ", StringComparison.Ordinal);
    }

    [GeneratedRegex("(?<name>[a-z_]+)=\"(?<value>[^\"]*)\"")]
    private static partial Regex Label();
}
