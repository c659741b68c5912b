using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>A sequence that holds a slot. Only the scheduler thread uses it.</summary>
/// <remarks>
/// Drafted tokens are verified in a run of several tokens, whose logits may differ in the last bits from those of one-token runs.
/// So that the text is the same as without drafts, a token that wins by little is not taken from such logits, nor from any
/// after them: the sequence goes back to where its rows are exact and runs its tokens again, one by one.
/// </remarks>
internal sealed class RunningSequence : ActiveJob
{
    private readonly float _closeCall; // 0 for none
    private readonly int _context;
    private readonly SequenceText _text;
    private readonly FinishReason[] _finish = new FinishReason[1];
    private int _start;        // token at position 0; not the first once the context was full
    private int _exact;        // positions whose rows no draft has touched
    private bool _isCloseCall; // the next token is for an ordinary step to choose

    public RunningSequence(SequenceJob job, ServedGenerator generator)
        : base(job)
    {
        _text = new SequenceText(job.First, generator);
        _exact = job.First.Prompt.Length;
        _closeCall = CloseCall(generator.Model);
        _context = generator.MaxTokens;
        Drafts = new DraftGain();
    }

    public override int Generated => _text.Generated;

    public override bool ScoresPrompt => First.Echo && First.TopLogprobs is not null;

    public override ReadOnlySpan<int> Window => _start == 0 ? First.Prompt : _text.Tokens[_start..];

    public override bool IsFull => Position == _context;

    /// <summary>What drafts have brought this sequence.</summary>
    public DraftGain Drafts { get; }

    /// <summary>Whether drafts can be verified: a draw at random, and numbers that are shown, must be those of ordinary steps.
    /// </summary>
    public bool CanDraft => First.Sampling.IsGreedy && First.TopLogprobs is null && !First.IsRanked && !_isCloseCall && !IsLongerThanContext
        && Position == _text.Tokens.Length - 1;

    /// <summary>Prompt and generated tokens.</summary>
    public ReadOnlySpan<int> Tokens => _text.Tokens;

    /// <summary>Tokens that may still be generated.</summary>
    public int TokensLeft => First.MaxTokens - _text.Generated;

    public void EchoUnscored() => _text.EchoUnscored();

    public void Score(int index, ReadOnlySpan<float> logits) => _text.Score(index, logits);

    public override int Token(int row) => _text.Tokens[_start + Position];

    // The rows of a token hold its position, so that they can't be moved: half of them are made anew at a time. The numbers of
    // random draws go by the whole text and do not repeat.
    public override void Slide()
    {
        _exact = _context - _context / 2;
        _start = _text.Tokens.Length - _exact;
        Position = 0;
    }

    public override IReadOnlyList<FinishReason>? Advance(StepLogits logits, TokenSampler sampler, ICollection<RowMove> moves)
    {
        if (_exact == Position - 1)
        {
            _exact = Position;
        }
        // Behind the last token there is a new one to choose; before it, rows are only made exact again.
        return _start + Position < _text.Tokens.Length ? null : Choose(logits, sampler);
    }

    /// <summary>Takes the logits of a run of the next token and of a draft of those behind it.</summary>
    /// <param name="logits">[1 + draft, vocabulary]</param>
    /// <param name="draft">Tokens that were guessed.</param>
    /// <param name="sampler">The thread's.</param>
    /// <returns>Why the sequence ended; null if it goes on.</returns>
    public IReadOnlyList<FinishReason>? AdvanceDraft(ReadOnlySpan<float> logits, ReadOnlySpan<int> draft, TokenSampler sampler)
    {
        var vocabulary = logits.Length / (draft.Length + 1);
        for (var row = 0; row <= draft.Length; row++)
        {
            Position++;
            var before = _text.Generated;
            if (Choose(logits.Slice(row * vocabulary, vocabulary), sampler) is { } finish)
            {
                return finish;
            }
            var isTaken = _text.Generated > before;
            if (!isTaken || row == draft.Length || _text.Tokens[^1] != draft[row])
            {
                Drafts.Verified(accepted: row);
                return null;
            }
        }
        return null;
    }

    private bool IsLongerThanContext => First.Prompt.Length + First.MaxTokens > _context;

    // Well beyond what the kind of run changes in a logit. The most seen: 2e-5 in fp32, where sums are rounded otherwise; 0.2 in
    // int8 and int4, where that tips activations over to the next level.
    private static float CloseCall(Gpt2Model model) => model.TokensAreRunAlike ? 0 : model.Precision == Precision.Fp32 ? 2e-3f : 1;

    private FinishReason[]? Choose(StepLogits logits, TokenSampler sampler)
    {
        // Numbers that are shown, and how close a call was, need all logits; most requests only need the best, and on a GPU
        // only those leave its memory.
        if (First.TopLogprobs is null && !First.IsRanked && _exact >= Position
            && sampler.NextOf(logits.Best(Slots[0]), _text.Tokens, First.Prompt.Length, First.Sampling) is { } token)
        {
            _isCloseCall = false;
            return Take(token, []);
        }
        return Choose(logits[Slots[0]], sampler);
    }

    private FinishReason[]? Choose(ReadOnlySpan<float> logits, TokenSampler sampler)
    {
        var token = sampler.Next(logits, _text.Tokens, First.Prompt.Length, First.Sampling);
        if (_closeCall > 0 && _exact < Position && sampler.LastMargin(logits) < _closeCall)
        {
            Drafts.Lost(runs: Position - _exact);
            (Position, _isCloseCall) = (_exact, true);
            return null;
        }
        _isCloseCall = false;
        return Take(token, logits);
    }

    private FinishReason[]? Take(int token, ReadOnlySpan<float> logits)
    {
        if (_text.Take(token, logits) is not { } finish)
        {
            return null;
        }
        First.Output.Complete();
        _finish[0] = finish;
        return _finish;
    }
}
