using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Gateway.Requests;
using Yarp.ReverseProxy.Forwarder;

namespace ElasticSynapse.Gateway.Retries;

/// <summary>The tries of one request: which replicas, what became of the last one, and whether there will be another.</summary>
internal sealed class RequestTries(GatewayRequest request, RetryOptions options, RetryBudget budget, TimeProvider time)
{
    private List<Replica>? _tried;
    private long _tryBegan;
    private bool _holdsBudget;
    private IDisposable? _wait;

    public VersionPool Version { get; } = request.Version;

    public RequestDeadline Deadline { get; } = request.Deadline;

    public IReadOnlyCollection<Replica> Tried => _tried ?? (IReadOnlyCollection<Replica>)[];

    public int Count { get; private set; }

    /// <summary>Whose turn it is or last was.</summary>
    public Replica Replica { get; private set; } = null!;

    /// <summary>From the last try's begin to the first event of a stream, or to the answer of a classifier; null when there was
    /// neither.</summary>
    public TimeSpan? FirstToken { get; private set; }

    public TryFailure Failure { get; private set; }

    /// <summary>What YARP says of the last try.</summary>
    public ForwarderError Error { get; private set; }

    /// <summary>A complete answer that waits to be sent to the client; null when YARP passes the answer on as it comes.</summary>
    public ReadOnlyMemory<byte>? Answer { get; set; }

    public TimeSpan? RetryAfter { get; private set; }

    /// <summary>The last try failed, and another one follows.</summary>
    public bool WillRetry { get; private set; }

    /// <summary>Whether the next try has a replica that this request has not failed on.</summary>
    public bool HasAnother
    {
        get
        {
            foreach (var replica in Version.Replicas)
            {
                if (replica.CanServe && !Tried.Contains(replica))
                {
                    return true;
                }
            }
            return false;
        }
    }

    /// <summary>Ends the try whose answer does not begin in time.</summary>
    public TryTimer Timer { get; private set; } = null!;

    public void Begin(Replica replica, TryTimer timer)
    {
        Count++;
        Timer = timer;
        Replica = replica;
        (Failure, Error, Answer, RetryAfter, FirstToken, WillRetry) = (TryFailure.None, ForwarderError.None, null, null, null, false);
        _tryBegan = time.GetTimestamp();
    }

    /// <summary>YARP is done with the try.</summary>
    public void Done(ForwarderError error) => Error = error;

    /// <summary>From here on the request waits: for a replica's answer, or for its next try.</summary>
    public void BeginWait()
    {
        EndWait();
        _wait = request.Clock.Wait();
    }

    public void EndWait() => _wait?.Dispose();

    /// <summary>Whether its time ended while it waited for the retry budget.</summary>
    public bool WaitedForBudget => IsDenied && WillRetry;

    /// <returns>How long that took.</returns>
    public TimeSpan FirstTokenCame()
    {
        var taken = time.GetElapsedTime(_tryBegan);
        FirstToken = taken;
        return taken;
    }

    /// <summary>Another replica than was asked first is the one whose answer counts.</summary>
    public void AnsweredBy(Replica other) => Replica = other;

    /// <summary>Takes note of a failure and decides whether another try follows.</summary>
    public void Fail(TryFailure failure, TimeSpan? retryAfter = null, bool isFinal = false)
    {
        (_tried ??= []).Add(Replica);
        // What it may have answered before it failed must not become the body of an error.
        (Failure, RetryAfter, Answer) = (failure, retryAfter, null);
        WillRetry = !isFinal
            && Count < options.MaxTries
            && !Deadline.HasPassed
            && RetryRules.MayRetry(failure, retryAfter, HasAnother, options)
            // Else its answer says when to come back, which is more than that the time is over.
            && (HasAnother || !(retryAfter >= Deadline.TimerLeft))
            && MayHaveBudget();
    }

    /// <summary>Whether the last failure would have been tried again, had the budget had room in time.</summary>
    public bool IsDenied { get; private set; }

    /// <summary>Waits until the budget has room for the next try.</summary>
    /// <returns>False when the request's time ends before.</returns>
    public async ValueTask<bool> HasBudgetAsync(CancellationToken cancellationToken)
    {
        if (!_holdsBudget)
        {
            IsDenied = true;
            _holdsBudget = await budget.BeginRetryAsync(Deadline.TimerLeft, cancellationToken);
            IsDenied = !_holdsBudget;
        }
        return _holdsBudget;
    }

    /// <summary>A stream has begun that no other try can follow: whoever waits for the budget need not wait for its end.</summary>
    public void StreamBegins() => GiveBack();

    /// <summary>Gives the budget back.</summary>
    public void End()
    {
        EndWait();
        GiveBack();
    }

    // Whether the client gets the failed answer is decided here: only a budget that has no room, and none to come, says no.
    private bool MayHaveBudget()
    {
        _holdsBudget = _holdsBudget || budget.TryBeginRetry();
        IsDenied = !_holdsBudget && !budget.MayHaveRoom;
        return !IsDenied;
    }

    private void GiveBack()
    {
        if (_holdsBudget)
        {
            _holdsBudget = false;
            budget.RetryEnds();
        }
    }
}
