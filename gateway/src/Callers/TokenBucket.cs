using System.Globalization;

namespace ElasticSynapse.Gateway.Callers;

/// <summary>A limit per minute that fills up again evenly. Thread-safe.</summary>
/// <remarks>System.Threading.RateLimiting's bucket has no clock that tests can move, and does not say when it will be full.</remarks>
internal sealed class TokenBucket(long perMinute, TimeProvider time)
{
    private readonly Lock _lock = new();
    private double _available = perMinute;
    private long _filledAt = time.GetTimestamp();

    public long Limit => perMinute;

    /// <summary>As a header has it.</summary>
    public string LimitText { get; } = perMinute.ToString(CultureInfo.InvariantCulture);

    /// <summary>What is left now, and how long until nothing is missing.</summary>
    public (long Remaining, TimeSpan FullAfter) State
    {
        get
        {
            lock (_lock)
            {
                Fill();
                return ((long)Math.Max(0, _available), TimeSpan.FromMinutes((perMinute - _available) / perMinute));
            }
        }
    }

    /// <summary>Takes <paramref name="amount"/> if there is as much; more than the whole bucket needs a full one, and leaves a debt.</summary>
    /// <returns>Null, or after how long there would be enough.</returns>
    public TimeSpan? Take(long amount)
    {
        lock (_lock)
        {
            Fill();
            var needed = Math.Min(amount, perMinute);
            if (_available >= needed)
            {
                _available -= amount;
                return null;
            }
            return TimeSpan.FromMinutes((needed - _available) / perMinute);
        }
    }

    /// <summary>Puts back what was taken for a request that was refused after all.</summary>
    public void Return(long amount)
    {
        lock (_lock)
        {
            _available = Math.Min(perMinute, _available + amount);
        }
    }

    private void Fill()
    {
        var now = time.GetTimestamp();
        _available = Math.Min(perMinute, _available + (time.GetElapsedTime(_filledAt, now).TotalMinutes * perMinute));
        _filledAt = now;
    }
}
