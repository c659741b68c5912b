namespace ElasticSynapse.Gateway.Replicas;

/// <summary>How long a version's latest answers took. Safe for many threads.</summary>
internal sealed class AnswerTimes
{
    // Enough for the 95th percentile to rest on a dozen; renewed often enough to follow a change of load.
    private const int Kept = 256;
    private const int RenewEvery = 16;

    private readonly Lock _lock = new();
    private readonly TimeSpan[] _latest = new TimeSpan[Kept];
    private long _count;
    private long _percentileTicks = -1;

    /// <summary>The time within which 95 of 100 of them came; null before there are enough to tell.</summary>
    public TimeSpan? Percentile95 => Volatile.Read(ref _percentileTicks) is >= 0 and var ticks ? TimeSpan.FromTicks(ticks) : null;

    public void Add(TimeSpan taken)
    {
        lock (_lock)
        {
            _latest[_count++ % Kept] = taken;
            if (_count % RenewEvery == 0)
            {
                var sorted = _latest[..(int)Math.Min(_count, Kept)];
                Array.Sort(sorted);
                Volatile.Write(ref _percentileTicks, sorted[(int)Math.Ceiling(0.95 * sorted.Length) - 1].Ticks);
            }
        }
    }
}
