namespace ElasticSynapse.Gateway.Callers;

/// <summary>A caller with what it has used of its limits.</summary>
internal sealed class Caller(CallerEntry entry, TimeProvider time)
{
    private int _running;

    public CallerEntry Entry { get; } = entry;

    public string Name => Entry.Name;

    public TokenBucket? Requests { get; } = entry.RequestsPerMinute is { } requests ? new TokenBucket(requests, time) : null;

    public TokenBucket? Tokens { get; } = entry.TokensPerMinute is { } tokens ? new TokenBucket(tokens, time) : null;

    public bool MayUse(string model) => Entry.Models.IsEmpty || Entry.Models.Contains(model);

    /// <summary>Counts a request in, if the caller may have another one running; <see cref="End"/> counts it out.</summary>
    public bool TryBegin()
    {
        if (Entry.Concurrency is not { } limit)
        {
            return true;
        }
        if (Interlocked.Increment(ref _running) <= limit)
        {
            return true;
        }
        Interlocked.Decrement(ref _running);
        return false;
    }

    public void End()
    {
        if (Entry.Concurrency is not null)
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
