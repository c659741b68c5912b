namespace ElasticSynapse.Gateway.Telemetry;

/// <summary>Where a request's time goes: into waiting for others (its client's body, its turn, a replica's answer), or into the
/// gateway's own work. Tries may wait side by side.</summary>
internal sealed class RequestClock(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private int _waits;
    private long _waitingSince;
    private TimeSpan _waited;
    private TimeSpan? _firstByte;
    private TimeSpan _overhead;

    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    /// <summary>From the request's arrival to the answer's first byte; null when there was none.</summary>
    public TimeSpan? FirstByte => _firstByte;

    /// <summary>The gateway's own time, until the answer's first byte or, before that, until now.</summary>
    public TimeSpan Overhead
    {
        get
        {
            lock (_lock)
            {
                return _firstByte is null ? OverheadUntilNow() : _overhead;
            }
        }
    }

    /// <summary>Somebody else's time, until it is disposed.</summary>
    public IDisposable Wait() => new OthersTime(this);

    /// <summary>The answer begins.</summary>
    public void Answer()
    {
        lock (_lock)
        {
            _overhead = OverheadUntilNow();
            _firstByte ??= Elapsed;
        }
    }

    private TimeSpan OverheadUntilNow()
    {
        var waited = _waits > 0 ? _waited + time.GetElapsedTime(_waitingSince) : _waited;
        return Elapsed - waited;
    }

    private void Begin()
    {
        lock (_lock)
        {
            if (_waits++ == 0)
            {
                _waitingSince = time.GetTimestamp();
            }
        }
    }

    private void End()
    {
        lock (_lock)
        {
            if (--_waits == 0)
            {
                _waited += time.GetElapsedTime(_waitingSince);
            }
        }
    }

    private sealed class OthersTime : IDisposable
    {
        private RequestClock? _clock;

        public OthersTime(RequestClock clock)
        {
            _clock = clock;
            clock.Begin();
        }

        public void Dispose() => Interlocked.Exchange(ref _clock, null)?.End();
    }
}
