using System.Collections.Concurrent;
using System.Net;
using System.Text;
using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Shadows;

public sealed class ShadowCopiesTests
{
    private const string Body = """{"prompt":"a"}""";

    [Fact]
    public async Task Copy_FullShare_ShadowGetsEachRequestAndTheClientTheOthersAnswer()
    {
        var copies = new ConcurrentQueue<string>();
        await using var stable = await Upstream.StartAsync("stable");
        await using var shadow = await Upstream.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            copies.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {context.Request.ContentType} {context.Request.Headers["x-shadow"]} {await reader.ReadToEndAsync()}");
            await context.Response.WriteAsync("shadow");
        });
        using var catalogue = Catalogue(100, stable, shadow);
        await using var gateway = new RunningGateway(catalogue);

        for (var i = 0; i < 5; i++)
        {
            using var answer = await SendAsync(gateway, "/models/gpt2/v1/completions?a=b");
            Assert.Equal("stable", await answer.Content.ReadAsStringAsync());
        }

        await UntilCountedAsync(gateway, "2xx", 5);
        Assert.Equal(Enumerable.Repeat($"POST /v1/completions?a=b application/json; charset=utf-8 true {Body}", 5), copies);
    }

    [Fact]
    public async Task Copy_RequestWithoutBody_IsCopiedToo()
    {
        var copies = new ConcurrentQueue<string>();
        await using var stable = await Upstream.StartAsync("stable");
        await using var shadow = await Upstream.StartAsync(context =>
        {
            copies.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {context.Request.ContentLength}");
            return Task.CompletedTask;
        });
        using var catalogue = Catalogue(100, stable, shadow);
        await using var gateway = new RunningGateway(catalogue);

        Assert.Equal("stable", await gateway.Client.GetStringAsync("/?length=3"));

        await UntilCountedAsync(gateway, "2xx", 1);
        Assert.Equal(["GET /?length=3 "], copies);
    }

    [Fact]
    public async Task Copy_ShareOfTwenty_IsAFifth()
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var shadow = await Upstream.StartAsync("shadow");
        using var catalogue = Catalogue(20, stable, shadow);
        await using var gateway = new RunningGateway(catalogue, ("Shadow:MaxRunning", "1000"));

        for (var i = 0; i < 500; i++)
        {
            using var answer = await SendAsync(gateway);
        }

        await Patience.UntilAsync(async () => await CountAsync(gateway, "2xx") > 0, "copies are counted");
        // Five standard deviations around a fifth of 500.
        Assert.InRange(await CountAsync(gateway, "2xx"), 40, 160);
    }

    [Fact]
    public async Task Copy_ShadowNeverAnswers_NeitherDelaysNorFailsAndIsBoundedInNumber()
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var shadow = await Upstream.StartAsync(context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        using var catalogue = Catalogue(100, stable, shadow);
        await using var gateway = new RunningGateway(catalogue, ("Shadow:MaxRunning", "3"));

        for (var i = 0; i < 10; i++)
        {
            using var answer = await SendAsync(gateway);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        await UntilCountedAsync(gateway, "too_many", 7);
    }

    [Fact]
    public async Task Copy_ShadowSlowerThanItsTimeout_IsCountedAsFailed()
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var shadow = await Upstream.StartAsync(context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        using var catalogue = Catalogue(100, stable, shadow);
        await using var gateway = new RunningGateway(catalogue, ("Shadow:Timeout", "00:00:00.050"));

        using var answer = await SendAsync(gateway);

        await UntilCountedAsync(gateway, "failed", 1);
    }

    [Fact]
    public async Task Copy_BodyOverTheBound_IsLeftOutAndCounted()
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var shadow = await Upstream.StartAsync("shadow");
        using var catalogue = Catalogue(100, stable, shadow);
        await using var gateway = new RunningGateway(catalogue, ("Shadow:MaxBodyBytes", "10"));

        using var answer = await SendAsync(gateway);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await UntilCountedAsync(gateway, "too_large", 1);
    }

    [Fact]
    public async Task Copy_ShadowDown_IsCountedAndTheClientServed()
    {
        using var down = new ClosedPort();
        await using var stable = await Upstream.StartAsync("stable");
        using var catalogue = new CatalogueFile(Json(100, stable.Address, down.Address));
        await using var gateway = new RunningGateway(catalogue);

        await Patience.UntilAsync(
            async () =>
            {
                using var answer = await SendAsync(gateway);
                Assert.Equal("stable", await answer.Content.ReadAsStringAsync());
                return await CountAsync(gateway, "failed") + await CountAsync(gateway, "not_ready") > 0;
            },
            "the copies are counted");
    }

    [Fact]
    public async Task Copy_RequestPinsAVersion_IsNotCopied()
    {
        var copies = 0;
        await using var stable = await Upstream.StartAsync("stable");
        await using var shadow = await Upstream.StartAsync(context =>
        {
            Interlocked.Increment(ref copies);
            return Task.CompletedTask;
        });
        using var catalogue = Catalogue(100, stable, shadow);
        await using var gateway = new RunningGateway(catalogue);

        using var pinned = await SendAsync(gateway, "/models/gpt2/versions/1_v1/v1/completions");
        using var unpinned = await SendAsync(gateway);

        await UntilCountedAsync(gateway, "2xx", 1);
        Assert.Equal(1, copies);
    }

    private static CatalogueFile Catalogue(int share, Upstream stable, Upstream shadow) => new(Json(share, stable.Address, shadow.Address));

    private static string Json(int share, Uri stable, Uri shadow) => $$"""
        {"models": {"gpt2": {"kind": "generator", "versions": {
          "1_v1": {"weight": 100, "replicas": ["{{stable}}"]},
          "2_v1": {"weight": 0, "shadow": {{share}}, "replicas": ["{{shadow}}"]} } } } }
        """;

    private static Task<HttpResponseMessage> SendAsync(RunningGateway gateway, string path = "/v1/completions") =>
        gateway.Client.PostAsync(path, new StringContent(Body, Encoding.UTF8, "application/json"));

    private static Task UntilCountedAsync(RunningGateway gateway, string outcome, int count) =>
        Patience.UntilAsync(async () => await CountAsync(gateway, outcome) == count, $"{count} copies are counted as {outcome}");

    private static async Task<int> CountAsync(RunningGateway gateway, string outcome)
    {
        var series = $"elastic_synapse_gateway_shadow_requests_total{{model=\"gpt2\",outcome=\"{outcome}\",version=\"2_v1\"}} ";
        var line = (await gateway.MetricsAsync()).Split('\n').FirstOrDefault(line => line.StartsWith(series, StringComparison.Ordinal));
        return line is null ? 0 : int.Parse(line[series.Length..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
