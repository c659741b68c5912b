using ElasticSynapse.ModelServer.Decoding;

namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>What a run gave each slot of the batch: a row of logits each, or one for all.</summary>
internal readonly ref struct StepLogits
{
    private readonly RunLogits? _run;
    private readonly ReadOnlySpan<float> _shared; // [vocabulary]

    private StepLogits(RunLogits? run, ReadOnlySpan<float> shared)
    {
        _run = run;
        _shared = shared;
    }

    /// <summary>[vocabulary]</summary>
    public ReadOnlySpan<float> this[int slot] => _run is null ? _shared : _run[slot];

    /// <summary>A slot's largest logits, if the run tells them.</summary>
    public BestLogits Best(int slot) => _run is null ? default : _run.Best(slot);

    /// <summary>A row for each slot.</summary>
    public static StepLogits Of(RunLogits run) => new(run, default);

    /// <summary>The same row for every slot: that after a prompt, which all of its rows start from.</summary>
    public static StepLogits Shared(ReadOnlySpan<float> row) => new(null, row);
}
