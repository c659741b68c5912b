namespace ElasticSynapse.Gateway.Retries;

/// <summary>Ends a try whose answer has not begun in time; stopped when it begins.</summary>
internal sealed class TryTimer : IDisposable
{
    private readonly ITimer _timer;
    private volatile bool _stopped;

    public TryTimer(CancellationTokenSource aTry, TimeSpan limit, TimeProvider time) => _timer = time.CreateTimer(
        _ =>
        {
            if (!_stopped)
            {
                HasFired = true;
                aTry.Cancel();
            }
        },
        null, limit, Timeout.InfiniteTimeSpan);

    public bool HasFired { get; private set; }

    public void Stop()
    {
        _stopped = true;
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();
}
