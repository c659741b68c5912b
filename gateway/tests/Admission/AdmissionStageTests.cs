using System.Net;
using ElasticSynapse.Gateway.Tests.Running;

namespace ElasticSynapse.Gateway.Tests.Admission;

public sealed class AdmissionStageTests
{
    [Fact]
    public async Task Send_MoreThanTheModelTakes_IsRefusedWithTheReason()
    {
        var arrived = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            arrived.TrySetResult();
            await release.Task;
        });
        await using var gateway = new RunningGateway(upstream.Address, null, ("Admission:MaxRunning", "1"), ("Admission:MaxQueued", "0"));

        var running = gateway.Client.PostAsync("/v1/completions", new StringContent("{}"));
        await arrived.Task.WaitAsync(Patience.Limit);
        using var refused = await gateway.Client.PostAsync("/v1/completions", new StringContent("{}"));

        Assert.Equal(
            "1 requests of generator are running and 0 are waiting; Admission__MaxQueued is 0",
            await ErrorEnvelope.MessageAsync(refused, HttpStatusCode.TooManyRequests, "requests", "overloaded"));
        Assert.Equal(["model_queue"], refused.Headers.GetValues("x-refused-by"));
        Assert.NotNull(refused.Headers.RetryAfter);
        release.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await running).StatusCode);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public async Task Send_MoreOfOneCallerThanMayWait_AreRefusedAndOthersAreNot(string most)
    {
        await using var upstream = await HeldUpstream.StartAsync();
        using var keys = new KeysFile(("ada", "key-of-ada", ""), ("bob", "key-of-bob", ""));
        await using var gateway = new RunningGateway(
            upstream.Address, null, ("Callers:KeysFile", keys.Path), ("Admission:MaxRunning", "1"), ("Admission:MaxQueuedPerCaller", most));
        var taken = new List<Task<HttpResponseMessage>> { gateway.SendAsync("key-of-bob") };
        await upstream.UntilArrivedAsync(1);
        if (most == "1")
        {
            taken.Add(gateway.SendAsync("key-of-ada"));
            await UntilQueuedAsync(gateway, 1);
        }

        using var refused = await gateway.SendAsync("key-of-ada");

        Assert.Equal(
            $"{most} requests of this caller are waiting for generator; Admission__MaxQueuedPerCaller is {most}",
            await ErrorEnvelope.MessageAsync(refused, HttpStatusCode.TooManyRequests, "requests", "overloaded"));
        Assert.Equal(["caller_queue"], refused.Headers.GetValues("x-refused-by"));
        if (most == "1")
        {
            taken.Add(gateway.SendAsync("key-of-bob"));
            await UntilQueuedAsync(gateway, 2);
        }
        upstream.Release();
        Assert.All(await Task.WhenAll(taken), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    [Fact]
    public async Task Send_MoreOfOneCallerThanMayRun_WaitWhileOthersRun()
    {
        await using var upstream = await HeldUpstream.StartAsync();
        using var keys = new KeysFile(("ada", "key-of-ada", ""), ("bob", "key-of-bob", ""));
        await using var gateway = new RunningGateway(upstream.Address, null, ("Callers:KeysFile", keys.Path), ("Admission:MaxRunningPerCaller", "1"));

        var first = gateway.SendAsync("key-of-ada");
        await upstream.UntilArrivedAsync(1);
        var second = gateway.SendAsync("key-of-ada");
        await UntilQueuedAsync(gateway, 1);
        var others = gateway.SendAsync("key-of-bob");
        await upstream.UntilArrivedAsync(2);

        Assert.False(second.IsCompleted);
        upstream.Release();
        Assert.All(await Task.WhenAll(first, second, others), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    [Fact]
    public async Task Send_WaitsLongerThanItMay_IsRefusedWithTheReason()
    {
        await using var upstream = await HeldUpstream.StartAsync();
        await using var gateway = new RunningGateway(upstream.Address, null, ("Admission:MaxRunning", "1"), ("Admission:MaxWait", "00:00:00.050"));

        var running = gateway.Client.PostAsync("/v1/completions", new StringContent("{}"));
        await upstream.UntilArrivedAsync(1);
        using var refused = await gateway.Client.PostAsync("/v1/completions", new StringContent("{}"));

        Assert.Equal(
            "the request waited 0.05 s for its turn at generator, the most that is allowed (Admission__MaxWait)",
            await ErrorEnvelope.MessageAsync(refused, HttpStatusCode.TooManyRequests, "requests", "overloaded"));
        Assert.Equal(["queue_wait"], refused.Headers.GetValues("x-refused-by"));
        upstream.Release();
        Assert.Equal(HttpStatusCode.OK, (await running).StatusCode);
    }

    [Fact]
    public async Task Send_DeadlinePassesInTheQueue_SaysSo()
    {
        var arrived = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            arrived.TrySetResult();
            await release.Task;
        });
        await using var gateway = new RunningGateway(upstream.Address, null, ("Admission:MaxRunning", "1"));

        var running = gateway.Client.PostAsync("/v1/completions", new StringContent("{}"));
        await arrived.Task.WaitAsync(Patience.Limit);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Headers = { { "x-request-timeout-ms", "100" } } };
        using var late = await gateway.Client.SendAsync(request);

        Assert.Equal(
            "the request was not done within 100 ms (x-request-timeout-ms, Deadlines__Request): it waited for its turn at generator",
            await ErrorEnvelope.MessageAsync(late, HttpStatusCode.GatewayTimeout, "server_error", "deadline_exceeded"));
        release.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await running).StatusCode);
    }

    private static Task UntilQueuedAsync(RunningGateway gateway, int count) => Patience.UntilAsync(
        async () => (await gateway.MetricsAsync()).Contains($"elastic_synapse_gateway_queued_requests{{model=\"generator\"}} {count}\n", StringComparison.Ordinal),
        $"{count} wait");
}
