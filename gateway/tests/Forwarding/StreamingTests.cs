using System.Text;
using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Forwarding;

public sealed class StreamingTests
{
    private const string First = "data: one\n\n";
    private const string Second = "data: two\n\n";

    private readonly TaskCompletionSource _release = new();

    [Fact]
    public async Task Forward_EventStream_EachEventArrivesAsItIsWritten()
    {
        await using var upstream = await StartStreamAsync(context => context.Response.WriteAsync(Second));
        await using var gateway = new RunningGateway(upstream.Address);

        using var answer = await StartReadingAsync(gateway);
        await using var body = await answer.Content.ReadAsStreamAsync();
        Assert.Equal(First, await ReadAsync(body, First.Length));
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(["no"], answer.Headers.GetValues("X-Accel-Buffering"));

        _release.SetResult();
        Assert.Equal(Second, await ReadAsync(body, Second.Length));
        Assert.Equal(0, await body.ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task Forward_ClientLeavesStream_CancelsTheUpstream()
    {
        var cancelled = new TaskCompletionSource();
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            context.RequestAborted.Register(cancelled.SetResult);
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(First);
            await cancelled.Task;
        });
        await using var gateway = new RunningGateway(upstream.Address);

        var answer = await StartReadingAsync(gateway);
        await ReadAsync(await answer.Content.ReadAsStreamAsync(), First.Length);
        answer.Dispose();

        await cancelled.Task.WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task Forward_UpstreamDiesInMidStream_ClientsConnectionBreaks()
    {
        await using var upstream = await StartStreamAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        await using var gateway = new RunningGateway(upstream.Address);

        using var answer = await StartReadingAsync(gateway);
        await using var body = await answer.Content.ReadAsStreamAsync();
        Assert.Equal(First, await ReadAsync(body, First.Length));
        _release.SetResult();

        await Assert.ThrowsAnyAsync<IOException>(async () => await ReadAsync(body, Second.Length));
    }

    [Fact]
    public async Task Forward_UpstreamFallsSilentInMidStream_ClientsConnectionBreaks()
    {
        await using var upstream = await StartStreamAsync(_ => Task.CompletedTask);
        await using var gateway = new RunningGateway(upstream.Address, null, ("Upstreams:ActivityTimeout", "00:00:02"));

        using var answer = await StartReadingAsync(gateway);
        await using var body = await answer.Content.ReadAsStreamAsync();
        Assert.Equal(First, await ReadAsync(body, First.Length));

        await Assert.ThrowsAnyAsync<IOException>(async () => await ReadAsync(body, Second.Length));
        _release.SetResult();
    }

    [Fact]
    public async Task Forward_UpstreamSilentBetweenEvents_ClientGetsCommentsAndThenTheRest()
    {
        const string Comment = ": keep-alive\n\n";
        await using var upstream = await StartStreamAsync(context => context.Response.WriteAsync(Second));
        await using var gateway = new RunningGateway(upstream.Address, null, ("Streaming:KeepAlive", "00:00:00.2"));

        using var answer = await StartReadingAsync(gateway);
        await using var body = await answer.Content.ReadAsStreamAsync();
        Assert.Equal(First + Comment + Comment, await ReadAsync(body, First.Length + (2 * Comment.Length)).WaitAsync(Patience.Limit));

        _release.SetResult();
        using var rest = new StreamReader(body);
        Assert.Equal(Second, (await rest.ReadToEndAsync()).Replace(Comment, "", StringComparison.Ordinal));
    }

    // Writes the first event, waits for the release, then goes on.
    private Task<Upstream> StartStreamAsync(RequestDelegate afterRelease) => Upstream.StartAsync(async context =>
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync(First);
        await _release.Task;
        await afterRelease(context);
    });

    private static async Task<HttpResponseMessage> StartReadingAsync(RunningGateway gateway)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions")
        {
            Content = new StringContent("""{"model":"gpt2","stream":true}""", Encoding.UTF8, "application/json"),
        };
        return await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task<string> ReadAsync(Stream body, int bytes)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        var buffer = new byte[bytes];
        await body.ReadExactlyAsync(buffer, limit.Token);
        return Encoding.UTF8.GetString(buffer);
    }
}
