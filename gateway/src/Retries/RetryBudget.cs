namespace ElasticSynapse.Gateway.Retries;

/// <summary>Bounds the retries that run at a time by the requests under way, so that they never make an outage worse. One that
/// finds no room waits until another ends, in order of arrival. Thread-safe.</summary>
/// <remarks>The bound is Envoy's retry budget, which refuses where this waits: of the requests that a replica takes with it, more than
/// a fifth may need a retry.</remarks>
internal sealed class RetryBudget(RetryOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();

    // Holds someone only while retries run, whose ends let them in.
    private readonly LinkedList<TaskCompletionSource<bool>> _waiting = [];
    private volatile bool _isWaitedFor;
    private int _requests;
    private int _retries;

    /// <summary>Share of the retries allowed now that are under way.</summary>
    public double Used => Limit == 0 ? 0 : (double)Volatile.Read(ref _retries) / Limit;

    /// <summary>Whether there is something to wait for.</summary>
    public bool MayHaveRoom => Limit > 0 || Volatile.Read(ref _retries) > 0;

    private int Limit => Math.Max(options.BudgetMinimum, (int)(options.BudgetRatio * Volatile.Read(ref _requests)));

    public void RequestBegins()
    {
        Interlocked.Increment(ref _requests);
        if (_isWaitedFor)
        {
            lock (_lock)
            {
                LetIn();
            }
        }
    }

    public void RequestEnds() => Interlocked.Decrement(ref _requests);

    /// <summary>Takes a retry out of the budget, if there is room and nobody waits for it; <see cref="RetryEnds"/> puts it back.</summary>
    public bool TryBeginRetry()
    {
        lock (_lock)
        {
            if (_waiting.Count > 0 || _retries >= Limit)
            {
                return false;
            }
            _retries++;
            return true;
        }
    }

    /// <summary>The same as soon as there is room.</summary>
    /// <param name="limit">How long the retry can wait.</param>
    /// <returns>False when there was none in that time, or when the budget allows no retries at all.</returns>
    /// <exception cref="OperationCanceledException">Whoever needs it has gone.</exception>
    public async Task<bool> BeginRetryAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var ticket = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting.AddLast(ticket);
            LetIn();
        }
        try
        {
            return await ticket.Task.WaitAsync(limit, time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            lock (_lock)
            {
                var hasComeAtTheSameMoment = !_waiting.Remove(ticket);
                _isWaitedFor = _waiting.Count > 0;
                if (hasComeAtTheSameMoment && ticket.Task.Result)
                {
                    _retries--;
                    LetIn();
                }
            }
            if (exception is not TimeoutException)
            {
                throw;
            }
            return false;
        }
    }

    public void RetryEnds()
    {
        lock (_lock)
        {
            _retries--;
            LetIn();
        }
    }

    // Only called under the lock.
    private void LetIn()
    {
        while (_waiting.First is { } first)
        {
            var hasRoom = _retries < Limit;
            // With nothing under way there is nothing to wait for.
            if (!hasRoom && _retries > 0)
            {
                break;
            }
            _waiting.RemoveFirst();
            _retries += hasRoom ? 1 : 0;
            first.Value.SetResult(hasRoom);
        }
        _isWaitedFor = _waiting.Count > 0;
    }
}
