using System.IO.Pipelines;
using System.Text;
using ElasticSynapse.Gateway.Forwarding;
using ElasticSynapse.Gateway.Telemetry;
using ElasticSynapse.Gateway.Tests.Running;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Gateway.Tests.Forwarding;

public sealed class EventStreamBodyTests
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(100);

    private readonly ManualTime _time = new();
    private readonly Pipe _replica = new();
    private int _begun;

    [Theory]
    [InlineData("data: one\n\n")]
    [InlineData("data: one\r\n\r\n")]
    [InlineData("data: one\r\r")]
    public async Task Read_SilentBetweenEvents_GivesACommentAndThenTheNextEvent(string before)
    {
        using var body = Body(KeepAlive);
        await SendAsync(before);
        Assert.Equal(before, await ReadAsync(body));

        var reading = ReadAsync(body);
        await PassAsync(KeepAlive);
        Assert.Equal(": keep-alive\n\n", await reading);

        await SendAsync("data: two\n\n");
        Assert.Equal("data: two\n\n", await ReadAsync(body));
    }

    // The timer that was set for the silence before the event fires in the one behind it.
    // As YARP reads: it asks for nothing until there is something, and then with a buffer.
    [Fact]
    public async Task Read_SilentWhileAskedForNothing_EndsAndHasTheComment()
    {
        using var body = Body(KeepAlive);
        var waiting = body.ReadAsync(Memory<byte>.Empty).AsTask();
        await PassAsync(KeepAlive);
        Assert.Equal(0, await waiting.WaitAsync(Patience.Limit));
        Assert.Equal(": keep-alive\n\n", await ReadAsync(body));

        waiting = body.ReadAsync(Memory<byte>.Empty).AsTask();
        await SendAsync("data: one\n\n");
        Assert.Equal(0, await waiting.WaitAsync(Patience.Limit));
        Assert.Equal("data: one\n\n", await ReadAsync(body));
    }

    [Fact]
    public async Task Read_NoRoomForTheCommentThatIsOwed_WaitsForTheNextEvent()
    {
        using var body = Body(KeepAlive);
        var waiting = body.ReadAsync(Memory<byte>.Empty).AsTask();
        await PassAsync(KeepAlive);
        await waiting.WaitAsync(Patience.Limit);

        var buffer = new byte[3];
        var reading = body.ReadAsync(buffer).AsTask();
        await SendAsync("data: one\n\n");
        Assert.Equal(3, await reading.WaitAsync(Patience.Limit));
        Assert.Equal("dat", Encoding.UTF8.GetString(buffer));
    }

    [Fact]
    public async Task Read_EventInTime_BeginsTheSilenceAnew()
    {
        using var body = Body(KeepAlive);
        var reading = ReadAsync(body);
        _time.Advance(TimeSpan.FromSeconds(10));
        await SendAsync("data: one\n\n");
        Assert.Equal("data: one\n\n", await reading);

        reading = ReadAsync(body);
        _time.Advance(TimeSpan.FromSeconds(14));
        Assert.False(reading.IsCompleted);
        await PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(": keep-alive\n\n", await reading);
    }

    [Theory]
    [InlineData("data: on")]
    [InlineData("data: one\n")]
    [InlineData("data: one\r\n")]
    public async Task Read_SilentInsideAnEvent_Waits(string before)
    {
        using var body = Body(KeepAlive);
        await SendAsync(before);
        await ReadAsync(body);

        var reading = ReadAsync(body);
        await PassAsync(KeepAlive);
        await PassAsync(KeepAlive);
        Assert.False(reading.IsCompleted);
        await SendAsync("rest\n\n");
        Assert.Equal("rest\n\n", await reading);
    }

    [Fact]
    public async Task Read_EventEndComesInPieces_IsSeen()
    {
        using var body = Body(KeepAlive);
        foreach (var piece in new[] { "data: one\r", "\n", "\r", "\n" })
        {
            await SendAsync(piece);
            await ReadAsync(body);
        }

        var reading = ReadAsync(body);
        await PassAsync(KeepAlive);
        Assert.Equal(": keep-alive\n\n", await reading);
    }

    [Fact]
    public async Task Read_SilentForTooLong_Fails()
    {
        using var body = Body(TimeSpan.FromSeconds(60));
        var reading = ReadAsync(body);
        await PassAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(": keep-alive\n\n", await reading);

        reading = ReadAsync(body);
        // Less than the interval is left of the 100 s.
        await PassAsync(TimeSpan.FromSeconds(40));
        var failure = await Assert.ThrowsAsync<IOException>(() => reading);
        Assert.Equal("the replica has been silent for 100 s", failure.Message);
    }

    [Fact]
    public async Task Read_KeepAliveOff_PassesBytesAndNotesTheFirst()
    {
        using var body = Body(TimeSpan.Zero);
        await SendAsync("data: one\n\n");

        Assert.Equal("data: one\n\n", await ReadAsync(body));
        await SendAsync("data: two\n\n");
        Assert.Equal("data: two\n\n", await ReadAsync(body));
        Assert.Equal(1, _begun);
    }

    [Fact]
    public async Task Read_ReaderLeaves_IsCancelled()
    {
        using var body = Body(KeepAlive);
        using var leaves = new CancellationTokenSource();

        var reading = body.ReadAsync(new byte[100], leaves.Token).AsTask();
        await leaves.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Patience.Limit));
    }

    [Fact]
    public async Task Read_SmallBuffer_GivesAllBytesInOrder()
    {
        using var body = Body(KeepAlive);
        await SendAsync("data: one\n\n");
        await _replica.Writer.CompleteAsync();

        using var reader = new MemoryStream();
        var buffer = new byte[3];
        int read;
        while ((read = await body.ReadAsync(buffer)) > 0)
        {
            reader.Write(buffer, 0, read);
        }
        Assert.Equal("data: one\n\n", Encoding.UTF8.GetString(reader.ToArray()));
    }

    private EventStreamBody Body(TimeSpan keepAlive) => new(
        _replica.Reader.AsStream(), keepAlive, MaxSilence, _time, new EventTimes(new RequestClock(_time), _ => { }, _ => { }), () => _begun++);

    private async Task SendAsync(string text) => await _replica.Writer.WriteAsync(Encoding.UTF8.GetBytes(text));

    private async Task PassAsync(TimeSpan duration)
    {
        await _time.WaitForTimerAsync(duration, Patience.Limit);
        _time.Advance(duration);
    }

    private static async Task<string> ReadAsync(EventStreamBody body)
    {
        var buffer = new byte[1000];
        var read = await body.ReadAsync(buffer).AsTask().WaitAsync(Patience.Limit);
        return Encoding.UTF8.GetString(buffer, 0, read);
    }
}
