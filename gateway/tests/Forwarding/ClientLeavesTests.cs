using ElasticSynapse.Gateway.Tests.Running;

namespace ElasticSynapse.Gateway.Tests.Forwarding;

public sealed class ClientLeavesTests
{
    [Fact]
    public async Task Forward_ClientLeavesBeforeTheAnswer_CountsAs499AndCancelsTheUpstream()
    {
        var arrived = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            context.RequestAborted.Register(cancelled.SetResult);
            arrived.SetResult();
            await cancelled.Task;
        });
        await using var gateway = new RunningGateway(upstream.Address);
        using var leave = new CancellationTokenSource();

        var asking = gateway.Client.PostAsync("/v1/completions", new StringContent("{}"), leave.Token);
        await arrived.Task.WaitAsync(Patience.Limit);
        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await cancelled.Task.WaitAsync(Patience.Limit);
        await Patience.UntilAsync(
            async () => (await gateway.MetricsAsync()).Contains("http_response_status_code=\"499\"", StringComparison.Ordinal),
            "a request with status 499 is counted");
        // Clients leave all day; nobody is to be woken for it.
        Assert.Empty(gateway.Warnings);
    }
}
