namespace ElasticSynapse.Gateway.Retries;

/// <summary>Ends a try when its request ends, or when its answer has not begun in time; for the latter it is stopped when it
/// begins.</summary>
internal sealed class TryTimer : IDisposable
{
    private readonly CancellationToken _request;
    private readonly CancellationTokenSource _try;

    /// <param name="limit">Until the answer begins.</param>
    /// <param name="request">Ends with the request.</param>
    public TryTimer(TimeSpan limit, CancellationToken request)
    {
        _request = request;
        _try = CancellationTokenSource.CreateLinkedTokenSource(request);
        _try.CancelAfter(limit);
    }

    public CancellationToken Token => _try.Token;

    /// <summary>Whether the answer did not begin in time.</summary>
    public bool HasFired => _try.IsCancellationRequested && !_request.IsCancellationRequested;

    public void Stop() => _try.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose() => _try.Dispose();
}
