using System.Text;
using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Canaries;

/// <summary>A canary beside a stable version, both real servers.</summary>
public sealed class CanaryGuardTests
{
    private static readonly (string, string) FewRequests = ("CanaryGuard:MinimumRequests", "20");

    [Fact]
    public async Task Observe_CanaryFailsHalfItsRequests_LosesItsWeightAndCanStillBePinned()
    {
        var asked = 0;
        await using var stable = await Upstream.StartAsync("stable");
        await using var canary = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = Interlocked.Increment(ref asked) % 2 == 0 ? 500 : 200;
            return context.Response.WriteAsync("canary");
        });
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 50, ["stable"], stable.Address), new FileVersion("2_v1", 50, ["canary"], canary.Address));
        await using var gateway = new RunningGateway(catalogue, FewRequests);

        await Patience.UntilAsync(async () => await WeightAsync(gateway) == "0", "the canary loses its weight");

        for (var i = 0; i < 50; i++)
        {
            using var answer = await SendAsync(gateway, label: null);
            Assert.Equal("stable", await answer.Content.ReadAsStringAsync());
        }
        using var pinned = await SendAsync(gateway, "canary");
        Assert.Equal("canary", await pinned.Content.ReadAsStringAsync());
        Assert.Contains(
            "elastic_synapse_gateway_stopped_canaries_total{model=\"gpt2\",reason=\"errors\",version=\"2_v1\"} 1",
            await gateway.MetricsAsync(), StringComparison.Ordinal);

        async Task<string> WeightAsync(RunningGateway gateway)
        {
            using var sent = await SendAsync(gateway, label: null);
            return await CanaryWeightAsync(gateway);
        }
    }

    [Fact]
    public async Task Observe_CanaryStreamsLate_LosesItsWeight()
    {
        await using var stable = await Upstream.StartAsync(StreamAsync);
        await using var canary = await Upstream.StartAsync(async context =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
            await StreamAsync(context);
        });
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 50, ["stable"], stable.Address), new FileVersion("2_v1", 50, ["canary"], canary.Address));
        await using var gateway = new RunningGateway(catalogue, ("CanaryGuard:MinimumRequests", "5"));

        await Patience.UntilAsync(
            async () =>
            {
                using var sent = await SendAsync(gateway, label: null);
                await sent.Content.ReadAsStringAsync();
                return await CanaryWeightAsync(gateway) == "0";
            },
            "the canary loses its weight");
        Assert.Contains(
            "elastic_synapse_gateway_stopped_canaries_total{model=\"gpt2\",reason=\"first_token\",version=\"2_v1\"} 1",
            await gateway.MetricsAsync(), StringComparison.Ordinal);

        static async Task StreamAsync(HttpContext context)
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: [DONE]\n\n");
        }
    }

    [Fact]
    public async Task Observe_CatalogueChanges_OnlyWhatItSaysOfTheCanaryGivesTheWeightBack()
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var canary = await Upstream.StartAsync(FailAsync);
        await using var another = await Upstream.StartAsync(FailAsync);
        using var catalogue = CatalogueFile.OfGpt2(Versions(50, canary.Address));
        await using var gateway = new RunningGateway(catalogue, FewRequests);
        await UntilStoppedAsync(gateway);

        // More replicas of the same version are no reason to trust it again.
        catalogue.Write(CatalogueFile.Gpt2(Versions(50, canary.Address, another.Address)));
        await Patience.UntilAsync(
            async () => (await CatalogueAsync(gateway)).Contains(another.Address.Authority, StringComparison.Ordinal), "the catalogue is in effect");
        Assert.Equal("0", await CanaryWeightAsync(gateway));

        catalogue.Write(CatalogueFile.Gpt2(Versions(40, canary.Address)));
        await Patience.UntilAsync(async () => await CanaryWeightAsync(gateway) == "40", "the canary has its weight again");

        FileVersion[] Versions(int weight, params Uri[] canaries) =>
            [new FileVersion("1_v1", 100 - weight, ["stable"], stable.Address), new FileVersion("2_v1", weight, ["canary"], canaries)];
    }

    [Fact]
    public async Task Observe_GuardOff_CanaryKeepsItsWeight()
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var canary = await Upstream.StartAsync(FailAsync);
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 50, ["stable"], stable.Address), new FileVersion("2_v1", 50, ["canary"], canary.Address));
        await using var gateway = new RunningGateway(catalogue, FewRequests, ("CanaryGuard:Enabled", "false"));

        for (var i = 0; i < 100; i++)
        {
            using var sent = await SendAsync(gateway, label: null);
        }

        Assert.Equal("50", await CanaryWeightAsync(gateway));
    }

    [Theory]
    [InlineData(null, "0")]
    [InlineData("0.45", "0")]
    [InlineData("0.5", "50")]
    [InlineData("1", "50")]
    public async Task Observe_CanaryFailsEverySecondRequest_KeepsItsWeightWhereTheMarginAllowsHalf(string? margin, string weight)
    {
        var asked = 0;
        await using var stable = await Upstream.StartAsync("stable");
        await using var canary = await Upstream.StartAsync(context => ++asked % 2 == 0 ? FailAsync(context) : context.Response.WriteAsync("canary"));
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 50, ["stable"], stable.Address), new FileVersion("2_v1", 50, ["canary"], canary.Address));
        await using var gateway = new RunningGateway(catalogue, margin is null ? [FewRequests] : [FewRequests, ("CanaryGuard:ErrorRateMargin", margin)]);

        await SendToBothAsync(gateway, 20);

        Assert.Equal(weight, await CanaryWeightAsync(gateway));
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("1000", "50")]
    public async Task Observe_CanaryAnswersLater_KeepsItsWeightWhereTheMarginAllowsIt(string margin, string weight)
    {
        await using var stable = await Upstream.StartAsync(context => StreamAsync(context, TimeSpan.FromMilliseconds(2)));
        await using var canary = await Upstream.StartAsync(context => StreamAsync(context, TimeSpan.FromMilliseconds(200)));
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 50, ["stable"], stable.Address), new FileVersion("2_v1", 50, ["canary"], canary.Address));
        await using var gateway = new RunningGateway(catalogue, ("CanaryGuard:MinimumRequests", "5"), ("CanaryGuard:FirstTokenMargin", margin));

        await SendToBothAsync(gateway, 5);

        Assert.Equal(weight, await CanaryWeightAsync(gateway));

        static async Task StreamAsync(HttpContext context, TimeSpan delay)
        {
            await Task.Delay(delay, TimeProvider.System);
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: [DONE]\n\n");
        }
    }

    [Theory]
    [InlineData("00:05:00", "0")]
    [InlineData("00:00:01", "50")]
    public async Task Observe_CanaryFailsTooSeldomForTheWindow_KeepsItsWeight(string window, string weight)
    {
        // At most ten requests a second, five of them the canary's: less than the ten that it takes.
        await using var stable = await Upstream.StartAsync(context => SlowlyAsync(context, StatusCodes.Status200OK));
        await using var canary = await Upstream.StartAsync(context => SlowlyAsync(context, StatusCodes.Status500InternalServerError));
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 50, ["stable"], stable.Address), new FileVersion("2_v1", 50, ["canary"], canary.Address));
        await using var gateway = new RunningGateway(catalogue, ("CanaryGuard:MinimumRequests", "10"), ("CanaryGuard:Window", window));

        await SendToBothAsync(gateway, 11);

        Assert.Equal(weight, await CanaryWeightAsync(gateway));

        static async Task SlowlyAsync(HttpContext context, int status)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            context.Response.StatusCode = status;
        }
    }

    private static async Task SendToBothAsync(RunningGateway gateway, int each)
    {
        for (var i = 0; i < each; i++)
        {
            using var stable = await SendAsync(gateway, "stable");
            using var canary = await SendAsync(gateway, "canary");
        }
    }

    private static Task FailAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        return context.Response.WriteAsync("broken");
    }

    private static Task UntilStoppedAsync(RunningGateway gateway) => Patience.UntilAsync(
        async () =>
        {
            using var sent = await SendAsync(gateway, label: null);
            return await CanaryWeightAsync(gateway) == "0";
        },
        "the canary loses its weight");

    private static Task<HttpResponseMessage> SendAsync(RunningGateway gateway, string? label)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        if (label is not null)
        {
            request.Headers.Add("x-model-label", label);
        }
        return gateway.Client.SendAsync(request);
    }

    private static async Task<string> CanaryWeightAsync(RunningGateway gateway)
    {
        using var page = System.Text.Json.JsonDocument.Parse(await CatalogueAsync(gateway));
        return page.RootElement.GetProperty("models")[0].GetProperty("versions")[1].GetProperty("weight").GetRawText();
    }

    private static async Task<string> CatalogueAsync(RunningGateway gateway)
    {
        using var client = new HttpClient();
        return await client.GetStringAsync(new Uri(gateway.AdminAddress, "/catalogue"));
    }
}
