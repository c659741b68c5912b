using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace ElasticSynapse.Gateway.Forwarding;

/// <summary>A wait for bytes of a stream, with a limit, and then again: a read of none. One timer serves all waits of a stream and is set
/// anew only when it fires, for an event that comes each few milliseconds should not pay for the silence that it ends.</summary>
internal sealed class ArrivalWait(Stream stream, TimeProvider time) : IValueTaskSource<bool>, IDisposable
{
    private readonly Lock _lock = new();
    private ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter _reading;
    private ManualResetValueTaskSourceCore<bool> _outcome;
    private Action? _readEnded;
    private ITimer? _timer;
    private long _dueAt;
    private long _firesAt = long.MaxValue;
    private bool _hasEnded;
    private bool _isWaitedFor;

    /// <summary>From <see cref="Begin"/> to <see cref="End"/>.</summary>
    public bool IsUnderWay { get; private set; }

    /// <param name="cancellationToken">Ends the wait, whoever waits then.</param>
    public void Begin(CancellationToken cancellationToken)
    {
        IsUnderWay = true;
        Follow(stream.ReadAsync(Memory<byte>.Empty, cancellationToken));
    }

    /// <returns>False when nothing has come at the limit.</returns>
    public ValueTask<bool> WaitAsync(TimeSpan limit)
    {
        lock (_lock)
        {
            if (_hasEnded)
            {
                return ValueTask.FromResult(true);
            }
            _outcome.Reset();
            _isWaitedFor = true;
            _dueAt = time.GetTimestamp() + (long)(limit.TotalSeconds * time.TimestampFrequency);
            if (_firesAt > _dueAt)
            {
                FireAtDueTime();
            }
            return new ValueTask<bool>(this, _outcome.Version);
        }
    }

    /// <summary>There are bytes to read, or it is the stream's end.</summary>
    /// <exception cref="Exception">What the stream ended with.</exception>
    public void End()
    {
        IsUnderWay = false;
        _reading.GetResult();
    }

    public void Dispose()
    {
        _timer?.Dispose();
        stream.Dispose();
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _outcome.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _outcome.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _outcome.OnCompleted(continuation, state, token, flags);

    private void Follow(ValueTask<int> reading)
    {
        _reading = reading.ConfigureAwait(false).GetAwaiter();
        _hasEnded = _reading.IsCompleted;
        if (!_hasEnded)
        {
            _reading.UnsafeOnCompleted(_readEnded ??= ReadEnded);
        }
    }

    private void ReadEnded()
    {
        lock (_lock)
        {
            _hasEnded = true;
            if (!_isWaitedFor)
            {
                return;
            }
            _isWaitedFor = false;
        }
        _outcome.SetResult(true);
    }

    private void Fired()
    {
        lock (_lock)
        {
            _firesAt = long.MaxValue;
            if (!_isWaitedFor)
            {
                return;
            }
            if (time.GetTimestamp() < _dueAt)
            {
                // Set for an earlier wait.
                FireAtDueTime();
                return;
            }
            _isWaitedFor = false;
        }
        _outcome.SetResult(false);
    }

    private void FireAtDueTime()
    {
        _firesAt = _dueAt;
        var left = TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling((_dueAt - time.GetTimestamp()) * 1000.0 / time.TimestampFrequency)));
        _timer ??= time.CreateTimer(static wait => ((ArrivalWait)wait!).Fired(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(left, Timeout.InfiniteTimeSpan);
    }
}
