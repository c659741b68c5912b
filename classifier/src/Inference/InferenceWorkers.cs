using System.Diagnostics;
using ElasticSynapse.Classifier.Telemetry;
using ElasticSynapse.Serving.Hosting.Drain;

namespace ElasticSynapse.Classifier.Inference;

/// <summary>
/// Threads that run the model, one sequence and one core each. On a CPU that is as fast as a batch, needs no padding, and
/// makes a text's scores independent of what else is asked.
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
            while (queue.TryTake(out var request, out var index))
            {
                var start = Stopwatch.GetTimestamp();
                try
                {
                    var sequence = request.Sequence(index);
                    var logits = runner.Run(sequence);
                    metrics.SequenceRan(Stopwatch.GetElapsedTime(start));
                    requests.BatchRan(1, sequence.Length);
                    request.Finish(index, logits);
                }
                // Whatever a run throws is its own request's failure; the worker goes on.
                catch (Exception exception)
                {
                    request.Fail(exception);
                }
            }
        }
    }
}
