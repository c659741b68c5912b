using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Replicas;

/// <summary>Which of two replicas gets a request.</summary>
public sealed class ReplicaOptionsTests
{
    // Requests with one prompt, each placed while those before it run. The home of the prompt may have less than ceil(factor * running / 2).
    [Theory]
    [InlineData(null, "1 3")]
    [InlineData("1", "2 2")]
    [InlineData("100", "0 4")]
    public async Task AffinityLoadFactor_FourOfOnePromptRun_HomeHasNoMoreThanItAllows(string? factor, string running)
    {
        await using var first = await HeldUpstream.StartAsync();
        await using var second = await HeldUpstream.StartAsync();
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, first.Address, second.Address));
        await using var gateway = new RunningGateway(catalogue, factor is null ? [] : [("Replicas:AffinityLoadFactor", factor)]);

        var asking = new List<Task<HttpResponseMessage>>();
        for (var i = 1; i <= 4; i++)
        {
            asking.Add(gateway.Client.PostAsync("/v1/completions", new StringContent("""{"prompt":"always the same"}""")));
            await Patience.UntilAsync(() => Task.FromResult(first.Arrived + second.Arrived == i), $"{i} requests run");
        }

        Assert.Equal(running, string.Join(' ', new[] { first.Arrived, second.Arrived }.Order()));
        first.Release();
        second.Release();
        await Task.WhenAll(asking);
    }

    [Theory]
    [InlineData("00:10:00", false)]
    [InlineData("00:00:00.010", true)]
    public async Task ReportMaxAge_ReplicaTellsItsLoadOnce_IsBelievedNoLongerThanThat(string maxAge, bool isAskedAgain)
    {
        var told = 0;
        await using var loaded = await Upstream.StartAsync(
            async context =>
            {
                if (context.Request.Path == "/metrics" && Interlocked.Increment(ref told) == 1)
                {
                    await context.Response.WriteAsync("elastic_synapse_classifier_queue_texts 1000\n");
                }
            },
            probes: true);
        await using var idle = await Upstream.StartAsync("idle");
        using var catalogue = new CatalogueFile(
            $$"""{ "models": { "bert": { "kind": "classifier", "versions": { "1_v1": { "replicas": ["{{loaded.Address}}", "{{idle.Address}}"] } } } } }""");
        await using var gateway = new RunningGateway(catalogue, ("Replicas:ReportMaxAge", maxAge));
        // The second report is asked for once the first has been taken in.
        await Patience.UntilAsync(() => Task.FromResult(Volatile.Read(ref told) >= 2), "the load is known");

        var served = new HashSet<string>();
        for (var i = 0; i < 40; i++)
        {
            using var answer = await gateway.Client.PostAsync("/classify", new StringContent("""{"text":"x"}"""));
            served.Add(Assert.Single(answer.Headers.GetValues("x-served-by")));
        }

        Assert.Equal(isAskedAgain, served.Contains(loaded.Address.Authority));
        Assert.Contains(idle.Address.Authority, served);
    }
}
