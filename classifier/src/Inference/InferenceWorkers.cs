using System.Diagnostics;
using ElasticSynapse.Classifier.Telemetry;
using ElasticSynapse.Serving.Hosting.Drain;

namespace ElasticSynapse.Classifier.Inference;

/// <summary>
/// Threads that run the model. On a CPU each has one core and one sequence, or a few short ones of one length: that is as fast as
/// a large batch and needs no padding. On CUDA one runs batches.
/// </summary>
/// <remarks>A hosted service, so that it stops after the web server has finished its requests.</remarks>
internal sealed class InferenceWorkers(
    WorkerCount count, Func<ISequenceRunner> newRunner, RequestQueue queue, LogitsCache cache, ClassifierMetrics metrics, RequestMetrics requests, IGracePeriod grace) : IHostedService
{
    private Thread[] _threads = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _threads = [.. Enumerable.Range(0, count.Workers).Select(Start)];
        metrics.Observe(queue, cache);
        requests.Observe(queue);
        metrics.ShowZeros();
        requests.ShowZeros();
        // What still waits by then would only be cut off.
        grace.Ended.Register(queue.Close);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        queue.Close();
        foreach (var thread in _threads)
        {
            thread.Join();
        }
        return Task.CompletedTask;
    }

    private Thread Start(int index)
    {
        // Made here, so that what goes wrong stops the start and not a thread.
        var runner = newRunner();
        var thread = new Thread(() => Work(runner)) { IsBackground = true, Name = $"inference {index}" };
        thread.Start();
        return thread;
    }

    private void Work(ISequenceRunner runner)
    {
        using (runner)
        {
            while (queue.TryTake(out var batch))
            {
                Run(runner, batch);
            }
        }
    }

    // Whatever a run throws is the failure of one of its sequences, and each is tried by itself; the worker goes on.
    private void Run(ISequenceRunner runner, ReadOnlySpan<QueuedSequence> batch)
    {
        try
        {
            RunTogether(runner, batch);
        }
        catch (Exception exception) when (batch is [var alone])
        {
            alone.Request.Fail(exception);
        }
        catch (Exception)
        {
            for (var i = 0; i < batch.Length; i++)
            {
                if (!batch[i].Request.IsOver)
                {
                    Run(runner, batch.Slice(i, 1));
                }
            }
        }
    }

    private void RunTogether(ISequenceRunner runner, ReadOnlySpan<QueuedSequence> batch)
    {
        var sequences = new TokenSequence[batch.Length];
        for (var i = 0; i < batch.Length; i++)
        {
            sequences[i] = batch[i].Sequence;
        }
        var start = Stopwatch.GetTimestamp();
        var logits = runner.Run(sequences);
        metrics.BatchRan(sequences.Length, Stopwatch.GetElapsedTime(start));
        requests.BatchRan(sequences.Length, sequences.Length * sequences.Max(sequence => sequence.Length));
        for (var i = 0; i < batch.Length; i++)
        {
            batch[i].Request.Finish(batch[i].Index, logits[i]);
        }
    }
}
