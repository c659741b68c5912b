namespace ElasticSynapse.Gateway.Replicas;

/// <summary>What is known of a version beyond its replicas: how its latest requests went, how long they
/// took, and whether it has lost its weight.
/// Lives as long as the catalogue says the same of the version, whatever becomes of its replicas. Safe for many threads.</summary>
internal sealed class VersionRecord(TimeSpan window, TimeProvider time)
{
    // The window slides by a tenth of its length.
    private const int Slices = 10;

    private readonly Lock _lock = new();
    private readonly (long Number, Outcomes Outcomes)[] _slices = new (long, Outcomes)[Slices];
    private readonly long _sliceTicks = Math.Max(1, (long)(window.TotalSeconds * time.TimestampFrequency) / Slices);
    private volatile bool _hasLostWeight;

    /// <summary>Of a classifier, while hedging needs them.</summary>
    public AnswerTimes AnswerTimes { get; } = new();

    /// <summary>Whether it gets no requests but those that pin it.</summary>
    public bool HasLostWeight => _hasLostWeight;

    /// <returns>False when it had lost it already.</returns>
    public bool LoseWeight()
    {
        lock (_lock)
        {
            return !_hasLostWeight && (_hasLostWeight = true);
        }
    }

    /// <param name="firstToken">Time to the first token, where the answer has one.</param>
    public void Add(bool failed, TimeSpan? firstToken)
    {
        var number = time.GetTimestamp() / _sliceTicks;
        lock (_lock)
        {
            ref var slice = ref _slices[number % Slices];
            var before = slice.Number == number ? slice.Outcomes : default;
            slice = (number, before + new Outcomes(
                1, failed ? 1 : 0, firstToken is null ? 0 : 1, firstToken is { } taken ? Math.Log(Math.Max(taken.TotalSeconds, 1e-6)) : 0));
        }
    }

    /// <summary>Of the window.</summary>
    public Outcomes Latest
    {
        get
        {
            var oldest = (time.GetTimestamp() / _sliceTicks) - Slices + 1;
            lock (_lock)
            {
                var sum = default(Outcomes);
                foreach (var (number, outcomes) in _slices)
                {
                    sum += number >= oldest ? outcomes : default;
                }
                return sum;
            }
        }
    }
}
