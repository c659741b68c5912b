using System.Diagnostics;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Tracing;

namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>Tells what becomes of jobs: their callers, the metrics, their traces and the scheduler. Only the scheduler thread uses
/// it.</summary>
/// <param name="metrics">What is counted.</param>
/// <param name="ended">Told of each job that has left, with the error if it ended with one.</param>
internal sealed class JobOutcomes(GeneratorMetrics metrics, Action<SequenceJob, Exception?> ended)
{
    /// <summary>A job has got its slots.</summary>
    /// <param name="job">The job.</param>
    /// <param name="cachedTokens">Of its prompt, that need no run any more.</param>
    public void Joined(SequenceJob job, int cachedTokens)
    {
        foreach (var sequence in job.Sequences)
        {
            sequence.QueueTime = Stopwatch.GetElapsedTime(job.EnqueuedAt);
        }
        job.Stages?.Next("prefill");
        job.Stages?.Tag("elastic_synapse.cached_tokens", cachedTokens);
        using var trace = TraceScope.Within(job.First.Trace);
        metrics.Joined(job, cachedTokens);
    }

    /// <summary>A run has brought a job tokens, perhaps none.</summary>
    public void Generated(ActiveJob job, int tokens)
    {
        if (tokens == 0)
        {
            return;
        }
        var now = Stopwatch.GetTimestamp();
        if (!job.HasToken)
        {
            job.Job.Stages?.Next("decode");
        }
        using var trace = TraceScope.Within(job.First.Trace);
        metrics.TokensGenerated(tokens, Stopwatch.GetElapsedTime(job.LastTokenAt, now), isFirst: !job.HasToken);
        (job.LastTokenAt, job.HasToken) = (now, true);
    }

    /// <summary>A job has told its callers its last token.</summary>
    /// <param name="job">The job.</param>
    /// <param name="finish">Why it ended, for each of its sequences.</param>
    public void Finished(ActiveJob job, IReadOnlyList<FinishReason> finish)
    {
        job.Job.Stages?.Tag("gen_ai.usage.output_tokens", job.Generated);
        job.Job.Stages?.End();
        using var trace = TraceScope.Within(job.First.Trace);
        foreach (var reason in finish)
        {
            metrics.Finished(reason, Stopwatch.GetElapsedTime(job.Job.EnqueuedAt));
        }
        ended(job.Job, null);
    }

    /// <summary>A job that asked for no tokens has got all that it wants.</summary>
    public void EndUnsampled(SequenceJob job)
    {
        job.First.Output.TryWrite(new GeneratedPiece("", 0, FinishReason.Length, []));
        job.First.Output.Complete();
        job.Stages?.End();
        metrics.Finished(FinishReason.Length, Stopwatch.GetElapsedTime(job.EnqueuedAt));
        ended(job, null);
    }

    /// <summary>A job, running or not, ends with an error.</summary>
    public void End(SequenceJob job, Exception error)
    {
        job.Stages?.End(error.GetType().Name);
        foreach (var sequence in job.Sequences)
        {
            sequence.Output.Complete(error);
            metrics.Aborted(isOurFault: error is ApiException { Kind: ErrorKind.Internal }, Stopwatch.GetElapsedTime(job.EnqueuedAt));
        }
        ended(job, error);
    }

    /// <summary>A run has thrown, and its job ends by our fault.</summary>
    public void Fail(ActiveJob job, Exception exception) =>
        End(job.Job, new ApiException(ErrorKind.Internal, "generation failed", null, exception));
}
