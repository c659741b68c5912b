using System.Net;
using System.Text.Json;
using ElasticSynapse.Gateway.Tests.Running;

namespace ElasticSynapse.Gateway.Tests.Admin;

public sealed class AdminServerTests
{
    [Fact]
    public async Task Get_EachOfItsPaths_AnswersWithoutAKey()
    {
        await using var upstream = await Upstream.StartAsync("ok");
        using var keys = new KeysFile(("ada", "key-of-ada", ""));
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, ["stable"], upstream.Address));
        await using var gateway = new RunningGateway(catalogue, ("Callers:KeysFile", keys.Path));
        using var client = new HttpClient { BaseAddress = gateway.AdminAddress };

        Assert.Equal("""{"status":"ok"}""", await client.GetStringAsync("/livez"));
        Assert.Equal("""{"status":"ok"}""", await client.GetStringAsync("/readyz"));
        var metrics = await client.GetStringAsync("/metrics");
        Assert.Contains("elastic_synapse_gateway_catalogue_age_seconds", metrics, StringComparison.Ordinal);
        Assert.Contains("process_start_time_seconds", metrics, StringComparison.Ordinal);
        using var page = JsonDocument.Parse(await client.GetStringAsync("/catalogue"));
        var version = page.RootElement.GetProperty("models")[0].GetProperty("versions")[0];
        Assert.Equal(("1_v1", 100.0, "stable"), (
            version.GetProperty("version").GetString(), version.GetProperty("weight").GetDouble(), version.GetProperty("labels")[0].GetString()));
        Assert.Equal(upstream.Address.AbsoluteUri.TrimEnd('/'), version.GetProperty("replicas")[0].GetProperty("address").GetString());
    }

    [Fact]
    public async Task Get_ClientsPaths_AreNotThere()
    {
        await using var upstream = await Upstream.StartAsync("reached");
        await using var gateway = new RunningGateway(upstream.Address);
        using var client = new HttpClient { BaseAddress = gateway.AdminAddress };

        using var completions = await client.PostAsync("/v1/completions", new StringContent("{}"));
        Assert.Equal(HttpStatusCode.NotFound, completions.StatusCode);
    }

    [Theory]
    [InlineData("/catalogue")]
    [InlineData("/metrics")]
    public async Task Get_OperatorsPathAtTheClientsAddress_IsNotThere(string path)
    {
        await using var upstream = await Upstream.StartAsync("reached");
        await using var gateway = new RunningGateway(upstream.Address);

        using var answer = await gateway.Client.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Get_ReadyzWhileUpstreamsAreDown_Is503ThatNamesThem()
    {
        using var closed = new ClosedPort();
        await using var gateway = new RunningGateway(closed.Address);
        using var client = new HttpClient { BaseAddress = gateway.AdminAddress };

        using var answer = await client.GetAsync("/readyz");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("the generator at ", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_WhereItListensOnEveryAddress_AnswersOnLoopbackToo()
    {
        await using var upstream = await Upstream.StartAsync("ok");
        // As in the image and the chart.
        await using var gateway = new RunningGateway(upstream.Address, settings: ("Admin:Url", "http://+:0"));
        using var client = new HttpClient();

        Assert.Equal("""{"status":"ok"}""", await client.GetStringAsync($"http://127.0.0.1:{gateway.AdminAddress.Port}/livez"));
    }
}
