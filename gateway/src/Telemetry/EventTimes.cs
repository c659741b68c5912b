namespace ElasticSynapse.Gateway.Telemetry;

/// <summary>When a stream's first event comes, and how long each next one takes. Comments, which only keep a connection alive, don't
/// count.</summary>
/// <remarks>A replica sends each event by itself, so what one read brings is one event, or several that came together.</remarks>
internal sealed class EventTimes(RequestClock clock, Action<TimeSpan> first, Action<TimeSpan> next)
{
    private TimeSpan? _last;

    /// <summary>A read has brought these bytes, at least one.</summary>
    public void Came(ReadOnlySpan<byte> bytes)
    {
        if (bytes[0] == ':')
        {
            return;
        }
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
}
