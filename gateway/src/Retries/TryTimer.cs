namespace ElasticSynapse.Gateway.Retries;

/// <summary>Ends a try when its client leaves, when its answer has not begun in time, and when its request must be done.</summary>
internal sealed class TryTimer : IDisposable
{
    // For the last words of a replica that keeps the same deadline: an error in the stream, where the client would else see it cut.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly CancellationToken _client;
    private readonly RequestDeadline _deadline;
    private readonly CancellationTokenSource _try;
    private bool _hasBegun;

    /// <param name="limit">Until the answer begins.</param>
    /// <param name="deadline">Until it ends, but for a last word.</param>
    /// <param name="client">Leaves with the client.</param>
    public TryTimer(TimeSpan limit, RequestDeadline deadline, CancellationToken client)
    {
        (_client, _deadline) = (client, deadline);
        _try = CancellationTokenSource.CreateLinkedTokenSource(client);
        var left = deadline.TimerLeft;
        _try.CancelAfter(limit < left ? limit : left);
    }

    public CancellationToken Token => _try.Token;

    /// <summary>Whether the answer did not begin in time, while the request had time yet.</summary>
    public bool HasFired => _try.IsCancellationRequested && !_hasBegun && !_client.IsCancellationRequested && !_deadline.HasPassed;

    /// <summary>The answer begins: from here on only the deadline counts.</summary>
    public void AnswerBegins()
    {
        _hasBegun = true;
        _try.CancelAfter(_deadline.TimerLeft + Farewell);
    }

    public void Dispose() => _try.Dispose();
}
