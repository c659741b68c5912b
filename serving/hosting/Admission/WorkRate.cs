namespace ElasticSynapse.Serving.Hosting.Admission;

/// <summary>How fast work ends, while there is any. The caller sees to it that one thread at a time uses it.</summary>
public sealed class WorkRate(TimeProvider time)
{
    /// <summary>The OpenAI SDKs give up at once when told to wait longer.</summary>
    public const int MaxRetryAfterSeconds = 120;

    // Long enough to hold several endings, short enough to follow a change of load.
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private long? _busySince; // timestamp; null while there is no work
    private double _ended;    // units since then
    private double _lastRate; // units a second, in the window before; 0 while unknown

    /// <summary>Work has come.</summary>
    public void Begin() => _busySince ??= time.GetTimestamp();

    /// <param name="units">What ended.</param>
    /// <param name="isIdle">Whether nothing is left.</param>
    public void End(long units, bool isIdle)
    {
        if (_busySince is not { } since)
        {
            return;
        }
        _ended += units;
        var elapsed = time.GetElapsedTime(since);
        if (isIdle || elapsed > Window)
        {
            _lastRate = Rate(elapsed);
            _ended = 0;
            _busySince = isIdle ? null : time.GetTimestamp();
        }
    }

    /// <summary>Seconds after which <paramref name="units"/> of work will have ended: at least 1, also while nothing has been
    /// measured yet, and at most <see cref="MaxRetryAfterSeconds"/>.</summary>
    public int RetryAfterSeconds(long units)
    {
        var rate = _busySince is { } since ? Rate(time.GetElapsedTime(since)) : _lastRate;
        return rate <= 0 ? 1 : (int)Math.Clamp(Math.Ceiling(units / rate), 1, MaxRetryAfterSeconds);
    }

    // A young window says less than the one before: they weigh by their time.
    private double Rate(TimeSpan elapsed)
    {
        var weight = Math.Min(elapsed / Window, 1);
        var now = elapsed > TimeSpan.Zero ? _ended / elapsed.TotalSeconds : 0;
        return _lastRate <= 0 ? now : (weight * now) + ((1 - weight) * _lastRate);
    }
}
