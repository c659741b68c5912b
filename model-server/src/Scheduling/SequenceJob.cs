using ElasticSynapse.ModelServer.Tracing;
using ElasticSynapse.Serving.Hosting.Tracing;

namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>What takes slots together: one sequence, or a beam search with the sequences that it returns.</summary>
/// <param name="Sequences">Of one prompt; the same settings in each.</param>
/// <param name="Slots">How many it takes.</param>
/// <param name="HasSiblings">Whether other jobs have the very same prompt and may start from its rows.</param>
internal sealed record SequenceJob(IReadOnlyList<SequenceRequest> Sequences, int Slots, bool HasSiblings)
{
    public SequenceRequest First => Sequences[0];

    /// <summary>Of its prompt, and those that it may generate.</summary>
    public long Tokens => (long)Slots * (First.Prompt.Length + First.MaxTokens);

    /// <summary>Its spans, if its request is traced: queue, prefill, decode.</summary>
    public StageSpans? Stages { get; } = StageSpans.Begin(GenerationTrace.Source, Sequences[0].Trace, "queue");

    /// <summary>When it was admitted.</summary>
    public required long EnqueuedAt { get; init; }
}
