using System.Runtime.CompilerServices;
using ElasticSynapse.Gateway.Telemetry;

namespace ElasticSynapse.Gateway.Forwarding;

/// <summary>An event stream on its way from the replica to the client. Times its events, and gives a comment in between two of them
/// to whoever reads while the replica is silent.</summary>
/// <remarks>Comments: HTML standard, "Server-sent events"; every client ignores lines that begin with a colon.</remarks>
/// <param name="upstream">What the replica sends.</param>
/// <param name="keepAlive">Silence after which there is a comment; zero for none.</param>
/// <param name="maxSilence">Silence after which the replica counts as gone: comments hide it from whoever reads.</param>
/// <param name="times">Gets to know what comes.</param>
/// <param name="begun">Called with the first byte.</param>
/// <param name="seen">Called with all that comes.</param>
internal sealed class EventStreamBody(
    Stream upstream, TimeSpan keepAlive, TimeSpan maxSilence, TimeProvider time, EventTimes times, Action begun,
    Action<ReadOnlySpan<byte>>? seen = null) : ReadOnlyStream
{
    /// <summary>What is sent meanwhile.</summary>
    public static ReadOnlySpan<byte> Comment => ": keep-alive\n\n"u8;

    private readonly ArrivalWait _arrival = new(upstream, time);
    private bool _hasArrived;
    private bool _owesComment;
    private long _lastByteAt = time.GetTimestamp();
    private uint _lastBytes = NewLines;
    private bool _hasBegun;

    // Two line ends, as if before the stream there had been an event.
    private const uint NewLines = 0x0A0A;

    private bool IsBetweenEvents => (_lastBytes & 0xFFFF) is 0x0A0A or 0x0D0D || (_lastBytes & 0xFFFFFF) == 0x0A0D0A;

    /// <param name="buffer">Empty, there are bytes to read when the call ends, or a comment, or the stream's end.</param>
    /// <param name="cancellationToken">Of the first of the calls that wait for the same bytes: a comment ends one, and the next waits on.</param>
    /// <exception cref="IOException">The replica is silent for too long.</exception>
    // As often as there are events: the next call takes the state of the last one instead of new memory.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _owesComment &= HasRoomForComment(buffer);
        // Whoever copies streams asks for nothing at first, so as to have no buffer while nothing comes. HttpClient's streams then
        // wait for bytes and keep them.
        while (keepAlive > TimeSpan.Zero && !_hasArrived && !_owesComment)
        {
            if (!_arrival.IsUnderWay)
            {
                _arrival.Begin(cancellationToken);
            }
            if (await _arrival.WaitAsync(UntilSign()))
            {
                _arrival.End();
                _hasArrived = true;
            }
            else if (time.GetElapsedTime(_lastByteAt) >= maxSilence)
            {
                throw new IOException($"the replica has been silent for {maxSilence.TotalSeconds:0.###} s");
            }
            else
            {
                _owesComment = IsBetweenEvents && HasRoomForComment(buffer);
            }
        }
        if (_owesComment && !buffer.IsEmpty)
        {
            _owesComment = false;
            Comment.CopyTo(buffer.Span);
            return Comment.Length;
        }
        if (buffer.IsEmpty && keepAlive > TimeSpan.Zero)
        {
            return 0;
        }
        var count = await upstream.ReadAsync(buffer, cancellationToken);
        _hasArrived = false;
        Note(buffer.Span[..count]);
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _arrival.Dispose();
        }
        base.Dispose(disposing);
    }

    // Now, or in the call behind one that asks for nothing.
    private static bool HasRoomForComment(Memory<byte> buffer) => buffer.IsEmpty || buffer.Length >= Comment.Length;

    private TimeSpan UntilSign()
    {
        var left = maxSilence - time.GetElapsedTime(_lastByteAt);
        var wait = keepAlive < left ? keepAlive : left;
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    private void Note(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }
        if (!_hasBegun)
        {
            _hasBegun = true;
            begun();
        }
        times.Came(bytes);
        seen?.Invoke(bytes);
        _lastByteAt = time.GetTimestamp();
        foreach (var one in bytes[^Math.Min(bytes.Length, 3)..])
        {
            _lastBytes = (_lastBytes << 8) | one;
        }
    }
}
