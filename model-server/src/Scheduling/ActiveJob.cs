using ElasticSynapse.ModelServer.Sampling;

namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>A job that holds slots: a sequence, or a beam search. Only the scheduler thread uses it.</summary>
internal abstract class ActiveJob(SequenceJob job)
{
    public SequenceJob Job => job;

    public SequenceRequest First => job.First;

    /// <summary>The slot of each of its rows, once it decodes.</summary>
    public int[] Slots { get; } = new int[job.Slots];

    /// <summary>Positions whose keys and values are in the slots; the same in each. The position of the next token to run.</summary>
    public int Position { get; set; }

    /// <summary>The logits after the prompt, kept for its siblings.</summary>
    public float[]? PromptLogits { get; set; }

    /// <summary>Tokens generated so far, of all rows that count.</summary>
    public abstract int Generated { get; }

    /// <summary>When the last token came; when the job was admitted, before the first.</summary>
    public long LastTokenAt { get; set; } = job.EnqueuedAt;

    public bool HasToken { get; set; }

    /// <summary>What is run before the job decodes: its prompt, or what it goes on from once its context was full.</summary>
    public virtual ReadOnlySpan<int> Window => First.Prompt;

    /// <summary>Whether the next token has no place in the context.</summary>
    public virtual bool IsFull => false;

    /// <summary>Whether the logits after every token of the prompt are wanted.</summary>
    public virtual bool ScoresPrompt => false;

    /// <summary>The token of a row that the next run takes, at <see cref="Position"/>.</summary>
    public abstract int Token(int row);

    /// <summary>Takes the logits after the tokens that were run.</summary>
    /// <param name="logits">By slot.</param>
    /// <param name="sampler">The thread's.</param>
    /// <param name="moves">Rows that must be copied before the next run: from a slot into another, from a position on.</param>
    /// <returns>Why the job's sequences ended, each; null if they go on.</returns>
    public abstract IReadOnlyList<FinishReason>? Advance(StepLogits logits, TokenSampler sampler, ICollection<RowMove> moves);

    /// <summary>Gives up the older half of a full context; what is left is <see cref="Window"/>, to be run again.</summary>
    public virtual void Slide() => throw new InvalidOperationException("only a sequence slides");

    /// <summary>Why the job should end now, if it should: its caller has gone, or the time that it allows is over.</summary>
    public static Exception? EndOf(SequenceJob job, int generated) =>
        job.First.Cancelled.IsCancellationRequested ? new OperationCanceledException()
        : job.First.Deadline.HasPassed ? job.First.Deadline.Exceeded(Progress(job, generated))
        : null;

    private static string Progress(SequenceJob job, int generated) => generated == 0
        ? "it was waiting for a slot, or its prompt was being run"
        : FormattableString.Invariant($"{generated:N0} of {job.First.MaxTokens:N0} tokens were generated");
}
