using System.Diagnostics;
using ElasticSynapse.Classifier.Telemetry;
using ElasticSynapse.Serving.Hosting.Requests;
using ElasticSynapse.Serving.Hosting.Tracing;

namespace ElasticSynapse.Classifier.Inference;

/// <summary>The sequences of one request on their way through the model: what still waits, and what came out.</summary>
/// <param name="deadline">When the caller stops waiting.</param>
/// <param name="caller">Cancelled when the caller has gone.</param>
internal sealed class QueuedRequest(TokenSequence[] sequences, Deadline deadline, CancellationToken caller)
{
    private readonly TaskCompletionSource<float[][]> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly float[][] _logits = new float[sequences.Length][]; // [sequences][labels]; each worker writes its own row
    private readonly long _added = Stopwatch.GetTimestamp();
    private long _started;                                              // timestamp of the first take
    private int _lined;                                                 // this and _taken only under the queue's lock
    private int _taken;
    private int _unfinished = sequences.Length;

    private readonly StageSpans? _stages = StageSpans.Begin(ClassifierSpans.Source, Activity.Current, "queue");

    /// <summary>[sequences][labels], in order; or what the first run that failed threw.</summary>
    public Task<float[][]> Logits => _done.Task;

    /// <summary>Whether running more of it is for nothing: the caller has gone or waits no longer, or a run has failed.</summary>
    public bool IsOver => caller.IsCancellationRequested || deadline.HasPassed || _done.Task.IsCompleted;

    /// <summary>Sequences that no worker has taken.</summary>
    public int Waiting => sequences.Length - _taken;

    /// <summary>Time until a worker took the first sequence; for requests that are done.</summary>
    public TimeSpan QueueTime => Stopwatch.GetElapsedTime(_added, _started);

    /// <summary>Time from there until now.</summary>
    public TimeSpan TimeSinceTaken => Stopwatch.GetElapsedTime(_started);

    public TokenSequence Sequence(int index) => sequences[index];

    /// <summary>Sequences that do not stand in line yet.</summary>
    public int Unlined => sequences.Length - _lined;

    /// <summary>Puts the next sequence in line; for the queue only.</summary>
    /// <returns>Its index.</returns>
    public int LineUp() => _lined++;

    /// <summary>A worker takes one of the sequences in line; for the queue only.</summary>
    public void Take()
    {
        if (_taken++ == 0)
        {
            _started = Stopwatch.GetTimestamp();
            _stages?.Next("inference");
        }
    }

    public void Finish(int index, float[] logits)
    {
        _logits[index] = logits;
        if (Interlocked.Decrement(ref _unfinished) == 0)
        {
            _stages?.End();
            _done.TrySetResult(_logits);
        }
    }

    public void Fail(Exception exception)
    {
        _stages?.End(exception.GetType().Name);
        _done.TrySetException(exception);
    }

    /// <summary>Nobody waits for it any longer, whether it is done or not.</summary>
    public void Leave() => _stages?.End("abandoned");
}
