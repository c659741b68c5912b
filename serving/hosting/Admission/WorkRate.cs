namespace ElasticSynapse.Serving.Hosting.Admission;

/// <summary>How fast work ends while more of it waits: while none does, it ends no faster than it comes, which says nothing of how
/// fast it could. The caller sees to it that one thread at a time uses it.</summary>
public sealed class WorkRate(TimeProvider time)
{
    /// <summary>The OpenAI SDKs give up at once when told to wait longer.</summary>
    public const int MaxRetryAfterSeconds = 120;

    // Long enough to hold several endings, short enough to follow a change of load.
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    // What waited for less is forgotten: whether something ended meanwhile was chance.
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromSeconds(1);

    private long? _waitsSince; // timestamp; null while nothing waits
    private double _ended;     // units since then
    private double _lastRate;  // units a second, in the window before; 0 while unknown

    /// <summary>More has come than can run.</summary>
    public void WorkWaits() => _waitsSince ??= time.GetTimestamp();

    /// <param name="units">What ended.</param>
    /// <param name="isLast">Whether nothing waits any more.</param>
    public void End(long units, bool isLast)
    {
        if (_waitsSince is not { } since)
        {
            return;
        }
        _ended += units;
        var elapsed = time.GetElapsedTime(since);
        if (isLast || elapsed > Window)
        {
            _lastRate = elapsed < ShortestWindow ? _lastRate : Rate(elapsed);
            _ended = 0;
            _waitsSince = isLast ? null : time.GetTimestamp();
        }
    }

    /// <summary>Seconds after which <paramref name="units"/> of work will have ended: at least 1, also while nothing has been
    /// measured yet, and at most <see cref="MaxRetryAfterSeconds"/>.</summary>
    public int RetryAfterSeconds(long units)
    {
        var rate = _waitsSince is { } since ? Rate(time.GetElapsedTime(since)) : _lastRate;
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
