namespace ElasticSynapse.Gateway.Replicas;

/// <summary>One replica's record of failures, and whether it is ejected for them. Safe for many threads.</summary>
/// <remarks>Ejections grow as Envoy's do: the n-th in short succession lasts 2^(n-1) times the first. One that has passed
/// leaves the replica on trial: its next failure ejects it again at once.</remarks>
internal sealed class OutlierDetector(OutlierOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private int _inARow;
    private int _requests;
    private int _failures;
    private int _ejections;
    private long _windowStart = time.GetTimestamp();
    private long _ejectedUntil = long.MinValue;
    private TimeSpan _lastEjection;
    private bool _unreachable;

    public bool IsEjected => time.GetTimestamp() < Volatile.Read(ref _ejectedUntil);

    public void Succeeded()
    {
        lock (_lock)
        {
            _inARow = 0;
            Count(failure: false);
            // As long again without a failure as the ejection lasted: the next one starts small.
            if (_ejections > 0 && time.GetTimestamp() > _ejectedUntil + Ticks(_lastEjection))
            {
                _ejections = 0;
            }
        }
    }

    /// <summary>Takes note of a failure.</summary>
    /// <param name="unreachable">Nobody listens there: no need to wait for more of the kind.</param>
    /// <param name="mayEject">False for the last replica of a version: a bad one is better than none.</param>
    /// <returns>How long the replica is ejected for, if this ejected it.</returns>
    public TimeSpan? Failed(bool unreachable, bool mayEject)
    {
        lock (_lock)
        {
            _inARow++;
            Count(failure: true);
            var onTrial = _ejections > 0;
            var tooMany = _inARow >= options.ConsecutiveFailures
                || (_requests >= options.MinimumRequests && _failures >= options.FailureRatio * _requests);
            if (!mayEject || IsEjected || !(unreachable || onTrial || tooMany))
            {
                return null;
            }
            _lastEjection = TimeSpan.FromTicks(Math.Min(
                options.MaxEjection.Ticks, options.BaseEjection.Ticks << Math.Min(_ejections, 20)));
            _ejections++;
            _unreachable = unreachable;
            _inARow = _requests = _failures = 0;
            Volatile.Write(ref _ejectedUntil, time.GetTimestamp() + Ticks(_lastEjection));
            return _lastEjection;
        }
    }

    /// <summary>The replica has answered a probe. That ends an ejection for being unreachable; one for bad answers runs on.</summary>
    public void Answered()
    {
        lock (_lock)
        {
            if (_unreachable && IsEjected)
            {
                Volatile.Write(ref _ejectedUntil, time.GetTimestamp());
            }
        }
    }

    private void Count(bool failure)
    {
        if (time.GetElapsedTime(_windowStart) > options.Window)
        {
            (_requests, _failures, _windowStart) = (0, 0, time.GetTimestamp());
        }
        _requests++;
        _failures += failure ? 1 : 0;
    }

    private long Ticks(TimeSpan duration) => (long)(duration.TotalSeconds * time.TimestampFrequency);
}
