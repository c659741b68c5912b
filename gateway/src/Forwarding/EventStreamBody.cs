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

    private readonly WaitedRead _read = new(upstream, time);
    private readonly byte[] _buffer = keepAlive > TimeSpan.Zero ? new byte[4096] : [];
    private ReadOnlyMemory<byte> _unread;
    private long _lastByteAt = time.GetTimestamp();
    private uint _lastBytes = NewLines;
    private bool _hasBegun;

    // Two line ends, as if before the stream there had been an event.
    private const uint NewLines = 0x0A0A;

    private bool IsBetweenEvents => (_lastBytes & 0xFFFF) is 0x0A0A or 0x0D0D || (_lastBytes & 0xFFFFFF) == 0x0A0D0A;

    /// <param name="cancellationToken">Of the first of the calls that wait for the same bytes: a comment ends one, and the next waits on.</param>
    /// <exception cref="IOException">The replica is silent for too long.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (keepAlive <= TimeSpan.Zero)
        {
            var direct = await upstream.ReadAsync(buffer, cancellationToken);
            Note(buffer.Span[..direct]);
            return direct;
        }
        if (_unread.IsEmpty)
        {
            if (!_read.IsUnderWay)
            {
                _read.Begin(_buffer, cancellationToken);
            }
            while (!await _read.WaitAsync(UntilSign()))
            {
                if (time.GetElapsedTime(_lastByteAt) >= maxSilence)
                {
                    throw new IOException($"the replica has been silent for {maxSilence.TotalSeconds:0.###} s");
                }
                if (IsBetweenEvents && buffer.Length >= Comment.Length)
                {
                    Comment.CopyTo(buffer.Span);
                    return Comment.Length;
                }
            }
            _unread = _buffer.AsMemory(0, _read.End());
            Note(_unread.Span);
        }
        var count = Math.Min(_unread.Length, buffer.Length);
        _unread[..count].CopyTo(buffer);
        _unread = _unread[count..];
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _read.Dispose();
        }
        base.Dispose(disposing);
    }

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
