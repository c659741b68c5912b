using System.Net;
using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Versions;

/// <summary>What requests notice while weights move and versions come.</summary>
public sealed class CatalogueChangesTests
{
    private const string Stable = "1557429385_v0.01";
    private const string Canary = "1557515785_v0.02";

    [Fact]
    public async Task Post_WeightMovesUnderLoad_NotOneError()
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var canary = await Upstream.StartAsync("canary");
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion(Stable, 100, stable.Address), new FileVersion(Canary, 0, canary.Address));
        await using var gateway = new RunningGateway(catalogue);
        using var stop = new CancellationTokenSource();
        var answers = Enumerable.Range(0, 8).Select(async _ =>
        {
            var statuses = new List<HttpStatusCode>();
            while (!stop.IsCancellationRequested)
            {
                using var answer = await gateway.Client.PostAsync("/v1/completions", new StringContent("""{"model":"gpt2"}"""));
                statuses.Add(answer.StatusCode);
            }
            return statuses;
        }).ToArray();

        for (var weight = 0; weight <= 100; weight += 10)
        {
            catalogue.Write(CatalogueFile.Gpt2(new FileVersion(Stable, 100 - weight, stable.Address), new FileVersion(Canary, weight, canary.Address)));
            var wanted = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\"weight\":{weight}");
            await Patience.UntilAsync(async () => (await gateway.Client.GetStringAsync("/v1/models")).Contains(wanted, StringComparison.Ordinal), $"{wanted} is in effect");
        }
        using var last = await gateway.Client.PostAsync("/v1/completions", new StringContent("{}"));
        await stop.CancelAsync();

        Assert.Equal("canary", await last.Content.ReadAsStringAsync());
        Assert.All((await Task.WhenAll(answers)).SelectMany(statuses => statuses), status => Assert.Equal(HttpStatusCode.OK, status));
    }

    [Fact]
    public async Task Post_VersionJustPublished_GetsItsShareOnceItHasSaidThatItIsReady()
    {
        await using var stable = await Upstream.StartAsync("stable");
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion(Stable, 100, stable.Address));
        var isReady = new TaskCompletionSource();
        await using var next = await Upstream.StartAsync(
            async context =>
            {
                if (context.Request.Path == "/readyz")
                {
                    await isReady.Task;
                    return;
                }
                context.Response.StatusCode = isReady.Task.IsCompleted ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            },
            probes: true);
        await using var gateway = new RunningGateway(catalogue, ("Replicas:ProbeInterval", "00:10:00"), ("Replicas:ProbeTimeout", "00:01:00"));
        async Task<(HttpStatusCode Status, string Version)> AskAsync()
        {
            using var answer = await gateway.Client.PostAsync("/v1/completions", new StringContent("{}"));
            return (answer.StatusCode, answer.Headers.GetValues("x-model-version").Single());
        }
        Assert.Equal((HttpStatusCode.OK, Stable), await AskAsync());

        catalogue.Write(CatalogueFile.Gpt2(new FileVersion(Stable, 1, stable.Address), new FileVersion("3_v1", 99, next.Address)));
        await Patience.UntilAsync(async () => (await gateway.CataloguePageAsync()).Contains("3_v1", StringComparison.Ordinal), "the new version is there");
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal((HttpStatusCode.OK, Stable), await AskAsync());
        }

        // The next round of probes is ten minutes away.
        isReady.SetResult();
        await Patience.UntilAsync(async () => await AskAsync() == (HttpStatusCode.OK, "3_v1"), "the new version answers");
    }
}
