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
}
