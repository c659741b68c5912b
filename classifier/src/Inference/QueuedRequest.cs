namespace ElasticSynapse.Classifier.Inference;

/// <summary>The texts of one request on their way through the model: what still waits, and what came out.</summary>
internal sealed class QueuedRequest(int[][] sequences, CancellationToken caller)
{
    private readonly TaskCompletionSource<float[][]> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly float[][] _logits = new float[sequences.Length][]; // [texts][labels]; each worker writes its own row
    private int _taken;                                                 // only under the queue's lock
    private int _unfinished = sequences.Length;

    /// <summary>[texts][labels], in the order of the texts; or what the first run that failed threw.</summary>
    public Task<float[][]> Logits => _done.Task;

    /// <summary>Whether running more of it is for nothing: the caller has gone, or a run has failed.</summary>
    public bool IsOver => caller.IsCancellationRequested || _done.Task.IsCompleted;

    /// <summary>Texts that no worker has taken.</summary>
    public int Waiting => sequences.Length - _taken;

    /// <summary>[tokens] of a text.</summary>
    public ReadOnlySpan<int> Sequence(int text) => sequences[text];

    /// <summary>Takes the next text; for the queue only.</summary>
    public int TakeNext() => _taken++;

    public void Finish(int text, float[] logits)
    {
        _logits[text] = logits;
        if (Interlocked.Decrement(ref _unfinished) == 0)
        {
            _done.TrySetResult(_logits);
        }
    }

    public void Fail(Exception exception) => _done.TrySetException(exception);
}
