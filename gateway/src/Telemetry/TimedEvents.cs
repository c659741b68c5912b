using ElasticSynapse.Gateway.Forwarding;

namespace ElasticSynapse.Gateway.Telemetry;

/// <summary>An event stream that is timed on its way: when its first event comes, and how long each next one takes. Comments, which
/// only keep a connection alive, don't count.</summary>
/// <remarks>A replica sends each event by itself, so what one read brings is one event, or several that came together.</remarks>
internal sealed class TimedEvents(Stream upstream, RequestClock clock, Action<TimeSpan> first, Action<TimeSpan> next) : ReadOnlyStream
{
    private TimeSpan? _last;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await upstream.ReadAsync(buffer, cancellationToken);
        if (read > 0 && buffer.Span[0] != ':')
        {
            var now = clock.Elapsed;
            if (_last is { } last)
            {
                next(now - last);
            }
            else
            {
                first(now);
            }
            _last = now;
        }
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            upstream.Dispose();
        }
        base.Dispose(disposing);
    }
}
