using System.Globalization;
using ElasticSynapse.Gateway.Tests.Running;

namespace ElasticSynapse.Gateway.Tests.Telemetry;

/// <summary>YARP counts for the whole process, other tests' requests too: its numbers are held against what they were before.</summary>
public sealed class ForwarderCountersTests
{
    [Fact]
    public async Task Metrics_AfterRequestsThatYarpForwarded_HaveItsCounters()
    {
        await using var replica = await Upstream.StartAsync("{}");
        using var closed = new ClosedPort();
        await using var gateway = new RunningGateway(replica.Address, closed.Address, ("Retries:MaxTries", "1"));
        var (started, failed) = (await ReadAsync(gateway, "requests_started_total"), await ReadAsync(gateway, "requests_failed_total"));

        for (var i = 0; i < 3; i++)
        {
            using var answered = await gateway.Client.PostAsync("/v1/completions", new StringContent("{}"));
            using var unanswered = await gateway.Client.PostAsync("/classify", new StringContent("{}"));
        }

        await Patience.UntilAsync(async () => await ReadAsync(gateway, "requests_started_total") >= started + 6, "YARP has counted six tries");
        await Patience.UntilAsync(async () => await ReadAsync(gateway, "requests_failed_total") >= failed + 3, "three of them failed");
    }

    [Fact]
    public async Task Metrics_WhileYarpIsAtRequests_ShowHowMany()
    {
        // More than other tests have under way at a time.
        const int Requests = 64;
        var release = new TaskCompletionSource();
        await using var replica = await Upstream.StartAsync(_ => release.Task);
        await using var gateway = new RunningGateway(replica.Address);

        var asking = Enumerable.Range(0, Requests).Select(_ => gateway.Client.PostAsync("/v1/completions", new StringContent("{}"))).ToList();
        await Patience.UntilAsync(async () => await ReadAsync(gateway, "current_requests") >= Requests, "YARP is at them");

        release.SetResult();
        foreach (var answer in await Task.WhenAll(asking))
        {
            answer.Dispose();
        }
    }

    private static async Task<double> ReadAsync(RunningGateway gateway, string counter)
    {
        var metrics = await gateway.MetricsAsync();
        return double.Parse(
            metrics.Split('\n').Single(line => line.StartsWith($"yarp_proxy_{counter} ", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);
    }
}
