namespace ElasticSynapse.Gateway.Retries;

/// <summary>Bounds retries by the requests under way, so that they never make an outage worse.</summary>
/// <remarks>As Envoy's retry budget.</remarks>
internal sealed class RetryBudget(RetryOptions options)
{
    private int _requests;
    private int _retries;

    /// <summary>Share of the retries allowed now that are under way.</summary>
    public double Used => Limit == 0 ? 0 : (double)Volatile.Read(ref _retries) / Limit;

    private int Limit => Math.Max(options.BudgetMinimum, (int)(options.BudgetRatio * Volatile.Read(ref _requests)));

    public void RequestBegins() => Interlocked.Increment(ref _requests);

    public void RequestEnds() => Interlocked.Decrement(ref _requests);

    /// <summary>Takes a retry out of the budget, if it holds one; <see cref="RetryEnds"/> puts it back.</summary>
    public bool TryBeginRetry()
    {
        if (Interlocked.Increment(ref _retries) <= Limit)
        {
            return true;
        }
        Interlocked.Decrement(ref _retries);
        return false;
    }

    public void RetryEnds() => Interlocked.Decrement(ref _retries);
}
