namespace ElasticSynapse.Gateway.Retries;

/// <summary>Bounds retries by the requests under way, so that they never make an outage worse.</summary>
/// <remarks>As Envoy's retry budget.</remarks>
internal sealed class RetryBudget(RetryOptions options)
{
    private int _requests;
    private int _retries;

    public void RequestBegins() => Interlocked.Increment(ref _requests);

    public void RequestEnds() => Interlocked.Decrement(ref _requests);

    /// <summary>Takes a retry out of the budget, if it holds one; <see cref="RetryEnds"/> puts it back.</summary>
    public bool TryBeginRetry()
    {
        var limit = Math.Max(options.BudgetMinimum, (int)(options.BudgetRatio * Volatile.Read(ref _requests)));
        if (Interlocked.Increment(ref _retries) <= limit)
        {
            return true;
        }
        Interlocked.Decrement(ref _retries);
        return false;
    }

    public void RetryEnds() => Interlocked.Decrement(ref _retries);
}
