namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>What a run gave each slot of the batch.</summary>
/// <param name="logits">[slots, vocabulary], or one row for all slots.</param>
/// <param name="stride">From one slot's row to the next: the vocabulary's size, or 0.</param>
/// <param name="vocabulary">Length of a row.</param>
internal readonly ref struct StepLogits(ReadOnlySpan<float> logits, int stride, int vocabulary)
{
    private readonly ReadOnlySpan<float> _logits = logits;

    public ReadOnlySpan<float> this[int slot] => _logits.Slice(slot * stride, vocabulary);

    /// <summary>A row for each slot.</summary>
    public static StepLogits Of(ReadOnlySpan<float> logits, int vocabulary) => new(logits, vocabulary, vocabulary);

    /// <summary>The same row for every slot: that after a prompt, which all of its rows start from.</summary>
    public static StepLogits Shared(ReadOnlySpan<float> row) => new(row, 0, row.Length);
}
