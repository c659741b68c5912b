using System.Globalization;
using ElasticSynapse.Classifier.Telemetry;
using ElasticSynapse.Serving.Hosting.Admission;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Inference;

/// <summary>Lets sequences in, as far as there is room, and waits for their logits: from the cache, or from the workers.</summary>
internal sealed class SequenceAdmission(AdmittedWork admitted, LogitsCache cache, RequestQueue queue, ClassifierMetrics metrics)
{
    /// <param name="sequences">At least one, each no longer than the model takes.</param>
    /// <param name="deadline">When the caller stops waiting: what has not run by then never runs.</param>
    /// <param name="caller">Cancelled when the caller has gone, with the same effect.</param>
    /// <returns>[sequences][labels], in order, not to be written to; and how long they took.</returns>
    /// <exception cref="ApiException">There is no room for them, there never can be, or the deadline passes.</exception>
    public async Task<(float[][] Logits, RunTimes Times)> RunAsync(TokenSequence[] sequences, Deadline deadline, CancellationToken caller)
    {
        var logits = new float[sequences.Length][];
        var missing = new List<int>(sequences.Length);
        for (var i = 0; i < sequences.Length; i++)
        {
            if (!cache.TryGet(sequences[i], out logits[i]!))
            {
                missing.Add(i);
            }
        }
        if (!cache.IsOff)
        {
            metrics.CacheRead(hits: sequences.Length - missing.Count, misses: missing.Count);
        }
        if (missing.Count == 0)
        {
            return (logits, default);
        }

        TokenSequence[] toRun = [.. missing.Select(i => sequences[i])];
        var tokens = toRun.Sum(sequence => (long)sequence.Length);
        admitted.CheckSize(toRun.Length, tokens);
        admitted.Enter(toRun.Length, tokens);
        var request = new QueuedRequest(toRun, deadline, caller);
        try
        {
            var ran = await WaitAsync(request, toRun.Length, deadline, caller);
            for (var i = 0; i < missing.Count; i++)
            {
                logits[missing[i]] = ran[i];
                cache.Add(toRun[i], ran[i]);
            }
            return (logits, new RunTimes(request.QueueTime, request.TimeSinceTaken));
        }
        finally
        {
            request.Leave();
            admitted.Leave(toRun.Length, tokens);
        }
    }

    private async Task<float[][]> WaitAsync(QueuedRequest request, int sequences, Deadline deadline, CancellationToken caller)
    {
        var left = deadline.Left;
        if (left > TimeSpan.Zero || left == Timeout.InfiniteTimeSpan)
        {
            queue.Add(request);
            try
            {
                return await request.Logits.WaitAsync(left, caller);
            }
            catch (TimeoutException)
            {
            }
        }
        var late = deadline.Exceeded(string.Create(CultureInfo.InvariantCulture, $"{request.Waiting:N0} of {sequences:N0} sequences still waited for a worker"));
        // A timer may go off a moment before the clock that the queue looks at agrees.
        request.Fail(late);
        throw late;
    }
}
