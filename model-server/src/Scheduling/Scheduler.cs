using System.Collections.Concurrent;
using System.Globalization;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>A bounded admission queue and the one thread that runs the model: sequences join in order of arrival and decode together.</summary>
internal sealed partial class Scheduler : IHostedService, IDisposable
{
    private readonly ServedGenerator _generator;
    private readonly SchedulerOptions _options;
    private readonly GeneratorMetrics _metrics;
    private readonly ILogger<Scheduler> _logger;
    private readonly BlockingCollection<SequenceRequest> _queue = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly ContinuousBatch _batch; // only the thread uses and disposes it
    private readonly Thread _thread;
    private int _admitted;
    private int _running;
    private int _isStopping;

    public Scheduler(ServedGenerator generator, SchedulerOptions options, GeneratorMetrics metrics, ILogger<Scheduler> logger)
    {
        (_generator, _options, _metrics, _logger) = (generator, options, metrics, logger);
        // Made here, so that a KV cache that does not fit stops the start and not the thread, and no request waits for it.
        _batch = new ContinuousBatch(generator, options, metrics, SequenceFailed);
        _batch.TryOut();
        _thread = new Thread(RunSequences) { Name = "scheduler", IsBackground = true };
        metrics.ObserveAdmitted(() => Volatile.Read(ref _admitted));
        metrics.ObserveRunning(() => Volatile.Read(ref _running));
    }

    /// <summary>Refuses a request that could never be admitted, before its sequences exist: a body of a few megabytes can ask
    /// for a hundred million.</summary>
    /// <exception cref="ApiException">More sequences than the queue holds.</exception>
    public void CheckSize(long sequences)
    {
        if (sequences > _options.MaxQueuedSequences)
        {
            throw new ApiException(ErrorKind.InvalidRequest, string.Create(CultureInfo.InvariantCulture,
                $"the request asks for {sequences:N0} sequences (prompts times n); {_generator.Identity} admits {_options.MaxQueuedSequences:N0} at a time (Scheduler__MaxQueuedSequences)"));
        }
    }

    /// <summary>Admits all of a request's sequences or none. <see cref="CheckSize"/> has passed them.</summary>
    /// <exception cref="ApiException">The queue is full, or the server is stopping.</exception>
    public void Enqueue(IReadOnlyList<SequenceRequest> sequences)
    {
        var admitted = Interlocked.Add(ref _admitted, sequences.Count);
        if (admitted > _options.MaxQueuedSequences)
        {
            Interlocked.Add(ref _admitted, -sequences.Count);
            throw new ApiException(ErrorKind.Overloaded,
                $"{admitted - sequences.Count:N0} sequences are waiting or running; {_generator.Identity} admits {_options.MaxQueuedSequences:N0} (Scheduler__MaxQueuedSequences)")
            { RetryAfterSeconds = 1 };
        }
        try
        {
            foreach (var sequence in sequences)
            {
                _queue.Add(sequence);
            }
        }
        catch (InvalidOperationException)
        {
            throw new ApiException(ErrorKind.NotReady, $"{_generator.Identity} is stopping") { RetryAfterSeconds = 1 };
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _thread.Start();
        return Task.CompletedTask;
    }

    // The web server, registered later, has stopped before: whoever still waits here has lost its connection.
    // A test host and the program that it runs both stop the services, and one may have disposed them already.
    public Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isStopping, 1) == 0)
        {
            _queue.CompleteAdding();
            _stopping.Cancel();
        }
        return Task.Run(_thread.Join, cancellationToken);
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _queue.Dispose();
    }

    // Each turn: (1) waits for work if there is none, (2) lets go of what nobody waits for, (3) takes in a sequence, (4) runs a
    // chunk of its prompt, (5) runs a token of every other.
    private void RunSequences()
    {
        using var batch = _batch;
        while (batch.Count > 0 || WaitForWork(batch)) // 1
        {
            Release(batch.DropCancelled(_stopping.Token)); // 2
            while (batch.CanJoin && _queue.TryTake(out var request)) // 3
            {
                Release(batch.Join(request, _stopping.Token) ? 1 : 0);
            }
            Release(batch.Prefill()); // 4
            Volatile.Write(ref _running, batch.Count);
            Release(batch.Step()); // 5
            Volatile.Write(ref _running, batch.Count);
        }
    }

    // False once the server stops and nothing is left.
    private bool WaitForWork(ContinuousBatch batch)
    {
        if (!_queue.TryTake(out var request, Timeout.Infinite))
        {
            return false;
        }
        Release(batch.Join(request, _stopping.Token) ? 1 : 0);
        return true;
    }

    private void Release(int sequences) => Interlocked.Add(ref _admitted, -sequences);

    [LoggerMessage(LogLevel.Error, "sequence failed")]
    private partial void SequenceFailed(Exception exception);
}
