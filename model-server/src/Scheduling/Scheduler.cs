using System.Diagnostics;
using ElasticSynapse.ModelServer.Decoding;
using ElasticSynapse.ModelServer.Decoding.Memory;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.Serving.Hosting.Admission;
using ElasticSynapse.Serving.Hosting.Drain;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>A bounded admission queue and the one thread that runs the model: jobs join in turn and decode together.</summary>
internal sealed partial class Scheduler : IHostedService, IDisposable
{
    private readonly ServedGenerator _generator;
    private readonly GeneratorMetrics _metrics;
    private readonly IGracePeriod _grace;
    private readonly ILogger<Scheduler> _logger;
    private readonly AdmittedWork _admitted;
    private readonly AdmissionQueue _queue = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly JobOutcomes _outcomes; // this and the batch: only the thread uses them
    private readonly ContinuousBatch _batch;
    private readonly Thread _thread;
    private int _running;
    private long _usedPositions;
    private int _isStopping;

    public Scheduler(
        ServedGenerator generator, SchedulerOptions options, GeneratorMetrics metrics, IGracePeriod grace, TimeProvider time, ILogger<Scheduler> logger,
        TensorMemory? memory = null)
    {
        (_generator, _metrics, _grace, _logger) = (generator, metrics, grace, logger);
        memory ??= TensorMemory.Of(generator.Model.Device);
        MaxSequences = options.Sequences(KvSlots.SlotBytes(generator.Model.Config, generator.Model.CacheType), memory.Free);
        _admitted = new AdmittedWork(
            generator.Identity,
            new AdmissionLimit(options.MaxQueuedSequences, "sequences", "Scheduler__MaxQueuedSequences"),
            new AdmissionLimit(options.MaxQueuedTokens, "tokens", "Scheduler__MaxQueuedTokens"),
            MaxSequences,
            time);
        _outcomes = new JobOutcomes(metrics, Ended);
        // Made here, so that a KV cache that does not fit stops the start and not the thread, and no request waits for it.
        _batch = new ContinuousBatch(generator, memory, MaxSequences, options, metrics, _outcomes);
        _batch.TryOut();
        _thread = new Thread(RunJobs) { Name = "scheduler", IsBackground = true };
        var positions = (double)MaxSequences * generator.MaxTokens;
        metrics.Observe(
            running: () => Volatile.Read(ref _running),
            waiting: () => _queue.Count,
            cacheUse: () => Volatile.Read(ref _usedPositions) / positions);
    }

    /// <summary>Sequences, or beams, that decode together at most.</summary>
    public int MaxSequences { get; }

    /// <summary>Refuses a request that could never be admitted, before its sequences exist: a body of a few megabytes can ask
    /// for a hundred million.</summary>
    /// <exception cref="ApiException">More sequences than the queue holds.</exception>
    public void CheckSize(long sequences) => _admitted.CheckSize(sequences, 0);

    /// <summary>Admits all of a request's sequences or none. <see cref="CheckSize"/> has passed them.</summary>
    /// <exception cref="ApiException">The queue is full, or the server is stopping.</exception>
    public void Enqueue(IReadOnlyList<SequenceRequest> sequences)
    {
        var jobs = SequenceJobs.Of(sequences, Stopwatch.GetTimestamp());
        var slots = jobs.Sum(job => job.Slots);
        var tokens = jobs.Sum(job => job.Tokens);
        _admitted.CheckSize(slots, tokens);
        _admitted.Enter(slots, tokens);
        if (!_queue.TryAdd(jobs))
        {
            _admitted.Leave(slots, tokens);
            throw new ApiException(ErrorKind.NotReady, $"{_generator.Identity} is stopping") { RetryAfterSeconds = 1 };
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _metrics.ShowZeros();
        _thread.Start();
        return Task.CompletedTask;
    }

    // The web server, registered later, has stopped before: whoever still waits here has lost its connection.
    // A test host and the program that it runs both stop the services, and one may have disposed them already.
    public Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isStopping, 1) == 0)
        {
            _stopping.Cancel();
            _queue.Close();
        }
        return Task.Run(_thread.Join, cancellationToken);
    }

    public void Dispose() => _stopping.Dispose();

    // Each turn: (1) waits for work if there is none, (2) lets go of what nobody waits for, (3) takes in jobs, (4) runs a chunk
    // of a prompt, (5) runs a token of every row.
    private void RunJobs()
    {
        using var batch = _batch;
        while (!batch.IsEmpty || _queue.Wait()) // 1
        {
            Drop(batch); // 2
            while (_queue.TryTake(batch.FreeSlots, out var job)) // 3
            {
                batch.Join(job);
            }
            Show(batch);
            batch.Prefill(); // 4
            batch.Step();    // 5
            Show(batch);
        }
    }

    private void Drop(ContinuousBatch batch)
    {
        Exception? stopping = _stopping.IsCancellationRequested ? new OperationCanceledException()
            : _grace.Ended.IsCancellationRequested ? new ApiException(ErrorKind.NotReady, $"{_generator.Identity} is stopping, and the grace period for running requests is over (Drain__GracePeriod)")
            : null;
        batch.Drop(stopping);
        if (_queue.Count == 0)
        {
            return;
        }
        foreach (var job in _queue.Remove(job => stopping is not null || ActiveJob.EndOf(job, generated: 0) is not null))
        {
            _outcomes.End(job, stopping ?? ActiveJob.EndOf(job, generated: 0)!);
        }
    }

    private void Show(ContinuousBatch batch)
    {
        Volatile.Write(ref _running, batch.Running);
        Volatile.Write(ref _usedPositions, batch.UsedPositions);
    }

    private void Ended(SequenceJob job, Exception? error)
    {
        _admitted.Leave(job.Slots, job.Tokens);
        if (error is ApiException { Kind: ErrorKind.Internal })
        {
            JobFailed(error.InnerException ?? error);
        }
    }

    [LoggerMessage(LogLevel.Error, "generation failed")]
    private partial void JobFailed(Exception exception);
}
