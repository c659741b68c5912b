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

    /// <summary>Takes <paramref name="amount"/>, which may not be more than the limit, if there is as much.</summary>
    /// <returns>Null, or after how long there would be enough.</returns>
    public TimeSpan? Take(long amount)
    {
        lock (_lock)
        {
            Fill();
            if (_available >= amount)
            {
                _available -= amount;
                return null;
            }
            return TimeSpan.FromMinutes((amount - _available) / perMinute);
        }
    }

    /// <summary>Puts back what was taken and not used; a negative amount takes what was used beyond, and leaves a debt of a minute at most.</summary>
    public void Return(long amount)
    {
        lock (_lock)
        {
            Fill();
            _available = Math.Clamp(_available + amount, -perMinute, perMinute);
        }
    }

    private void Fill()
    {
        var now = time.GetTimestamp();
        _available = Math.Min(perMinute, _available + (time.GetElapsedTime(_filledAt, now).TotalMinutes * perMinute));
        _filledAt = now;
    }
}
