using System.Globalization;
using ElasticSynapse.Serving.Hosting.Admission;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Gateway.Admission;

/// <summary>Bounds the requests of one model. Who has to wait is let in caller by caller in turn, so that one who sends
/// hundreds delays the others by no more than one each. Thread-safe.</summary>
internal sealed class ModelGate(string model, AdmissionOptions options, TimeProvider time)
{
    /// <summary>The reason of a request whose own time ran out while it waited.</summary>
    public const string DeadlineReason = "deadline";

    private readonly Lock _lock = new();
    private readonly WorkRate _rate = new(time);
    private readonly Dictionary<string, CallerQueue> _callers = [];

    // Callers with someone waiting; the first has its turn next.
    private readonly LinkedList<CallerQueue> _turns = [];
    private int _running;
    private int _queued;

    public int Running => Volatile.Read(ref _running);

    public int Queued => Volatile.Read(ref _queued);

    /// <summary>Completes when the request may run; <see cref="Leave"/> ends it.</summary>
    /// <param name="timeLeft">How long the request itself may take yet.</param>
    /// <exception cref="AdmissionException">There is no room to wait, or none came free in time.</exception>
    public Task EnterAsync(string caller, TimeSpan timeLeft, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var queue = Queue(caller);
            if (_running < options.MaxRunning && queue.Running < options.MaxRunningPerCaller)
            {
                Run(queue);
                return Task.CompletedTask;
            }
            Check(queue);
            var ticket = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            queue.Waiting.AddLast(ticket);
            _queued++;
            _rate.WorkWaits();
            if (queue.Waiting.Count == 1)
            {
                _turns.AddLast(queue);
            }
            return WaitAsync(queue, ticket, timeLeft < options.MaxWait ? timeLeft : options.MaxWait, cancellationToken);
        }
    }

    public void Leave(string caller)
    {
        lock (_lock)
        {
            var queue = _callers[caller];
            queue.Running--;
            _running--;
            Forget(queue);
            LetIn();
            _rate.End(1, isLast: _queued == 0);
        }
    }

    private async Task WaitAsync(CallerQueue queue, TaskCompletionSource ticket, TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            await ticket.Task.WaitAsync(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            lock (_lock)
            {
                if (!GiveUp(queue, ticket))
                {
                    // Its turn came at the same moment.
                    return;
                }
                if (exception is TimeoutException)
                {
                    throw Refuse(wait < options.MaxWait ? DeadlineReason : "queue_wait", $"the request waited {options.MaxWait.TotalSeconds:0.###} s for its turn at {model}, the most that is allowed (Admission__MaxWait)");
                }
            }
            throw;
        }
    }

    // The rest is only called under the lock.
    private void LetIn()
    {
        for (var turn = _turns.First; turn is not null && _running < options.MaxRunning;)
        {
            var (queue, next) = (turn.Value, turn.Next);
            if (queue.Running < options.MaxRunningPerCaller)
            {
                var ticket = queue.Waiting.First!.Value;
                queue.Waiting.RemoveFirst();
                _queued--;
                Run(queue);
                _turns.Remove(turn);
                if (queue.Waiting.Count > 0)
                {
                    // Behind everyone else.
                    _turns.AddLast(turn);
                    next ??= turn;
                }
                ticket.SetResult();
            }
            turn = next;
        }
    }

    private void Run(CallerQueue queue)
    {
        queue.Running++;
        _running++;
    }

    private bool GiveUp(CallerQueue queue, TaskCompletionSource ticket)
    {
        if (!queue.Waiting.Remove(ticket))
        {
            return false;
        }
        _queued--;
        _rate.End(0, isLast: _queued == 0);
        if (queue.Waiting.Count == 0)
        {
            _turns.Remove(queue);
        }
        Forget(queue);
        return true;
    }

    private void Check(CallerQueue queue)
    {
        if (_queued >= options.MaxQueued)
        {
            throw Refuse("model_queue", $"{_running:N0} requests of {model} are running and {_queued:N0} are waiting; Admission__MaxQueued is {options.MaxQueued:N0}");
        }
        if (queue.Waiting.Count >= options.MaxQueuedPerCaller)
        {
            throw Refuse("caller_queue", $"{queue.Waiting.Count:N0} requests of this caller are waiting for {model}; Admission__MaxQueuedPerCaller is {options.MaxQueuedPerCaller:N0}");
        }
    }

    private AdmissionException Refuse(string reason, FormattableString message) => new(reason, new ApiException(
        ErrorKind.Overloaded, message.ToString(CultureInfo.InvariantCulture))
    {
        RetryAfterSeconds = _rate.RetryAfterSeconds(_queued + 1),
    });

    private CallerQueue Queue(string caller)
    {
        if (!_callers.TryGetValue(caller, out var queue))
        {
            _callers[caller] = queue = new CallerQueue(caller);
        }
        return queue;
    }

    private void Forget(CallerQueue queue)
    {
        if (queue is { Running: 0, Waiting.Count: 0 })
        {
            _callers.Remove(queue.Caller);
        }
    }

    private sealed class CallerQueue(string caller)
    {
        public string Caller => caller;

        public LinkedList<TaskCompletionSource> Waiting { get; } = [];

        public int Running { get; set; }
    }
}
