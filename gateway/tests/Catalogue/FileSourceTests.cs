using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using ElasticSynapse.Gateway.Tests.Running;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Gateway.Tests.Catalogue;

public sealed class FileSourceTests
{
    [Fact]
    public async Task Start_CatalogueWithMistakes_ExitsWithOneAndListsThemAmongTheOthers()
    {
        using var catalogue = new CatalogueFile("""{"models":{"gpt2":{"kind":"generator","versions":{"a":{"weight":1},"b":{"weight":2}}}}}""");
        using var gateway = ServiceProcess.Start("ElasticSynapse.Gateway.dll", new()
        {
            ["Catalogue__File"] = catalogue.Path,
            ["Upstreams__Generator"] = "http://127.0.0.1:1",
            ["Retries__MaxTries"] = "0",
        });
        var (exitCode, standardError) = await gateway.ExitAsync();

        Assert.Equal(1, exitCode);
        Assert.Equal(
            $"""
            gateway: cannot start: 3 configuration mistake(s):
              Upstreams__Generator='http://127.0.0.1:1' has no effect beside Catalogue__File; set one of them
              {catalogue.Path}: models.gpt2: the weights of its versions sum to 3; they must sum to 100
              Retries__MaxTries='0': must be between 1 and 10
            """,
            standardError.TrimEnd());
    }

    [Fact]
    public async Task Start_CatalogueMissing_ExitsWithOneAndNamesTheFile()
    {
        using var gateway = ServiceProcess.Start("ElasticSynapse.Gateway.dll", new() { ["Catalogue__File"] = "/nowhere/catalogue.json" });
        var (exitCode, standardError) = await gateway.ExitAsync();

        Assert.Equal(1, exitCode);
        Assert.Contains("Catalogue__File='/nowhere/catalogue.json' can't be read: ", standardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_FileChanges_TakesEffectWithoutARestart()
    {
        await using var old = await Upstream.StartAsync("old");
        await using var next = await Upstream.StartAsync("next");
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, old.Address));
        await using var gateway = new RunningGateway(catalogue);
        Assert.Equal("old", await CompleteAsync(gateway));

        catalogue.Write(CatalogueFile.Gpt2(new FileVersion("2_v1", 100, next.Address)));

        await Patience.UntilAsync(async () => await CompleteAsync(gateway) == "next", "the new catalogue is in effect");
    }

    [Fact]
    public async Task Reload_WrongFile_IsRefusedWholeAndTheOldOneServesOn()
    {
        await using var upstream = await Upstream.StartAsync("old");
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, upstream.Address));
        await using var gateway = new RunningGateway(catalogue);

        // Both models are gone or renamed in it, but one weight is wrong.
        catalogue.Write("""{"models":{"other":{"kind":"generator","versions":{"a":{"weight":50},"b":{"weight":40}}}}}""");
        await Patience.UntilAsync(
            async () => (await gateway.MetricsAsync()).Contains("elastic_synapse_gateway_refused_reloads_total{file=\"catalogue\"} 1", StringComparison.Ordinal),
            "the refusal is counted");

        Assert.Equal("old", await CompleteAsync(gateway));
        using var models = JsonDocument.Parse(await gateway.Client.GetStringAsync("/v1/models"));
        Assert.Equal("gpt2", models.RootElement.GetProperty("data")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task Reload_Storm_LosesNoRequest()
    {
        await using var first = await Upstream.StartAsync("first");
        await using var second = await Upstream.StartAsync("second");
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, first.Address));
        await using var gateway = new RunningGateway(catalogue);
        using var storm = new CancellationTokenSource();
        var answers = new ConcurrentBag<HttpStatusCode>();

        var asking = Enumerable.Range(0, 16).Select(async _ =>
        {
            while (!storm.IsCancellationRequested)
            {
                using var answer = await gateway.Client.PostAsync("/v1/completions", new StringContent("""{"model":"gpt2"}"""));
                answers.Add(answer.StatusCode);
            }
        }).ToArray();
        for (var i = 0; i < 100; i++)
        {
            catalogue.Write(i % 3 == 0 ? "{ broken" : CatalogueFile.Gpt2(
                new FileVersion("1_v1", i % 2 == 0 ? 100 : 0, first.Address), new FileVersion("2_v1", i % 2 == 0 ? 0 : 100, second.Address)));
            // Until some requests have passed since.
            var seen = answers.Count;
            await Patience.UntilAsync(() => Task.FromResult(answers.Count > seen + 8), "requests go on");
        }
        await storm.CancelAsync();
        await Task.WhenAll(asking);

        Assert.All(answers, status => Assert.Equal(HttpStatusCode.OK, status));
    }

    private static async Task<string> CompleteAsync(RunningGateway gateway)
    {
        using var answer = await gateway.Client.PostAsync("/v1/completions", new StringContent("{}"));
        return await answer.Content.ReadAsStringAsync();
    }
}
