using System.Diagnostics;
using System.Numerics.Tensors;
using ElasticSynapse.ModelServer.Beams;
using ElasticSynapse.ModelServer.Decoding;
using ElasticSynapse.ModelServer.Decoding.Memory;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>
/// The jobs that run together: those that decode, and one whose prompt is being run, a chunk between two steps, so that a new
/// job joins between two steps and a long prompt holds the others up for no longer than a chunk. Only the scheduler thread
/// uses it.
/// </summary>
internal sealed class ContinuousBatch : IDisposable
{
    private readonly ServedGenerator _generator;
    private readonly SchedulerOptions _options;
    private readonly GeneratorMetrics _metrics;
    private readonly JobOutcomes _outcomes;
    private readonly BatchDecoder _decoder;
    private readonly TokenSampler _sampler;
    private readonly SlotRows _rows;
    private readonly List<ActiveJob> _decoding = [];
    private readonly List<ActiveJob> _leaving = [];
    private readonly Queue<ActiveJob> _sliding = []; // have given up their slots for as long as their windows wait to be run
    private readonly List<RowMove> _moves = [];
    private readonly int[] _tokens;
    private readonly int[] _positions;
    private readonly RunTimes _times = new();
    private ActiveJob? _prefilling; // in slot _rows.Count

    /// <param name="generator">What runs.</param>
    /// <param name="memory">That of its device.</param>
    /// <param name="slots">Rows at most.</param>
    /// <param name="options">Of the scheduler.</param>
    /// <param name="metrics">What is counted of runs.</param>
    /// <param name="outcomes">What is told of jobs.</param>
    /// <exception cref="CheckpointException">The KV cache does not fit into memory.</exception>
    public ContinuousBatch(
        ServedGenerator generator, TensorMemory memory, int slots, SchedulerOptions options, GeneratorMetrics metrics, JobOutcomes outcomes)
    {
        (_generator, _options, _metrics, _outcomes) = (generator, options, metrics, outcomes);
        _decoder = new BatchDecoder(generator.Model, memory, slots, options.PrefixCacheSequences, options.PrefillChunkTokens);
        _sampler = new TokenSampler(generator.Model.Config.VocabularySize);
        _rows = new SlotRows(_decoder);
        (_tokens, _positions) = (new int[slots], new int[slots]);
    }

    private int Vocabulary => _generator.Model.Config.VocabularySize;

    public bool IsEmpty => _decoding.Count == 0 && _prefilling is null && _sliding.Count == 0;

    /// <summary>Sequences that run: those that decode, and those whose prompts or windows are being run.</summary>
    public int Running => _decoding.Concat(_sliding).Sum(job => job.Job.Sequences.Count) + (_prefilling?.Job.Sequences.Count ?? 0);

    /// <summary>Slots that a job may take now: none while another's prompt is being run, or a window waits for its own.</summary>
    public int FreeSlots => _prefilling is null && _sliding.Count == 0 ? _tokens.Length - _rows.Count : 0;

    /// <summary>Positions of the KV cache in use, of all slots' together.</summary>
    public long UsedPositions => _decoding.Sum(job => (long)job.Position * job.Slots.Length) + (_prefilling?.Position ?? 0);

    /// <summary>Runs one token, so that weights that can't be served end the start and no caller waits for the first run.</summary>
    /// <exception cref="CheckpointException">The logits are not finite.</exception>
    public void TryOut()
    {
        if (!float.IsFinite(TensorPrimitives.Max(_decoder.Append(slot: 0, position: 0, [_generator.StartToken], rows: 1))))
        {
            throw new CheckpointException($"{_generator.Identity}: the logits are not finite; accepted: weights that do not overflow and are no NaN");
        }
    }

    /// <summary>Takes a job in that <see cref="FreeSlots"/> has room for. It decodes at once if another job has run the very
    /// same prompt, else the next <see cref="Prefill"/> runs its prompt's first chunk.</summary>
    public void Join(SequenceJob job)
    {
        if (ActiveJob.EndOf(job, generated: 0) is { } error)
        {
            _outcomes.End(job, error);
            return;
        }
        ActiveJob active = job.First.Beams is null ? new RunningSequence(job, _generator) : new BeamJob(job, _generator);
        var sequence = active as RunningSequence;
        sequence?.EchoUnscored();
        if (job.First.MaxTokens == 0 && !active.ScoresPrompt)
        {
            _outcomes.Joined(job, cachedTokens: job.First.Prompt.Length);
            _outcomes.EndUnsampled(job);
            return;
        }
        var logits = active.ScoresPrompt ? null : TakeKnown(active);
        _outcomes.Joined(job, active.Position);
        if (logits is not null)
        {
            Decode(active, logits);
        }
        else
        {
            _prefilling = active;
        }
    }

    /// <summary>Runs the next chunk of the prompt that is being run, if there is one.</summary>
    public void Prefill()
    {
        if (_prefilling is null && _sliding.TryDequeue(out var sliding))
        {
            _prefilling = sliding;
        }
        if (_prefilling is not { } job)
        {
            return;
        }
        try
        {
            var prompt = job.Window;
            // Chunks end on multiples of the chunk size from position 0, whatever else runs: where a chunk ends may show in the
            // last bits of the logits.
            var length = Math.Min(prompt.Length - job.Position, _options.PrefillChunkTokens - (job.Position % _options.PrefillChunkTokens));
            var isLast = job.Position + length == prompt.Length;
            var rows = job.ScoresPrompt ? length : isLast ? 1 : 0;
            var start = Stopwatch.GetTimestamp();
            var logits = _decoder.Append(_rows.Count, job.Position, prompt.Slice(job.Position, length), rows);
            _metrics.Prefilled(Stopwatch.GetElapsedTime(start));
            if (job is RunningSequence { ScoresPrompt: true } scored)
            {
                for (var i = 0; i < length; i++)
                {
                    scored.Score(job.Position + i, logits.Slice(i * Vocabulary, Vocabulary));
                }
            }
            job.Position += length;
            if (isLast)
            {
                // Nobody's prompt begins in the middle of a text.
                if (job.Generated == 0)
                {
                    _decoder.StorePrefix(_rows.Count, job.First.Prompt, logits[^Vocabulary..]);
                }
                _prefilling = null;
                Decode(job, logits[^Vocabulary..]);
            }
        }
        // Whatever a sequence fails with is that sequence's end, not the server's.
        catch (Exception exception)
        {
            _prefilling = null;
            _outcomes.Fail(job, exception);
        }
    }

    /// <summary>Runs one token of every row; of a single greedy sequence also those that it can guess, where that pays.</summary>
    public void Step()
    {
        if (_rows.Count == 0)
        {
            return;
        }
        try
        {
            if (_decoding is [RunningSequence { CanDraft: true } alone] && _prefilling is null && TryStepDraft(alone))
            {
                return;
            }
            for (var slot = 0; slot < _rows.Count; slot++)
            {
                var (job, row) = _rows[slot];
                (_tokens[slot], _positions[slot]) = (job.Token(row), job.Position);
            }
            var start = Stopwatch.GetTimestamp();
            var logits = _decoder.Step(_tokens.AsSpan(0, _rows.Count), _positions.AsSpan(0, _rows.Count));
            var time = Stopwatch.GetElapsedTime(start);
            _metrics.Stepped(time, _rows.Count);
            if (_rows.Count == 1)
            {
                _times.Stepped(time);
            }
            // All take their logits before any leaves, because that moves rows to other slots.
            foreach (var job in _decoding)
            {
                job.Position++;
                if (Advance(job, StepLogits.Of(logits)))
                {
                    _leaving.Add(job);
                }
            }
            _leaving.ForEach(Leave);
            _leaving.Clear();
            SlideFull();
        }
        // A run that fails takes all of its jobs with it, and nothing else.
        catch (Exception exception)
        {
            foreach (var job in _decoding)
            {
                _outcomes.Fail(job, exception);
            }
            _rows.Clear(behind: _prefilling?.Position ?? 0);
            _decoding.Clear();
            _leaving.Clear();
        }
    }

    /// <summary>Lets go of jobs whose callers have gone, or of all when the server stops.</summary>
    /// <param name="stopping">What to tell them if it does.</param>
    public void Drop(Exception? stopping)
    {
        for (var i = _decoding.Count - 1; i >= 0; i--)
        {
            var job = _decoding[i];
            if ((stopping ?? ActiveJob.EndOf(job.Job, job.Generated)) is { } error)
            {
                Leave(job);
                _outcomes.End(job.Job, error);
            }
        }
        if (_prefilling is { } prefilling && (stopping ?? ActiveJob.EndOf(prefilling.Job, prefilling.Generated)) is { } end)
        {
            _prefilling = null;
            _outcomes.End(prefilling.Job, end);
        }
        for (var waiting = _sliding.Count; waiting > 0; waiting--)
        {
            var job = _sliding.Dequeue();
            if ((stopping ?? ActiveJob.EndOf(job.Job, job.Generated)) is { } error)
            {
                _outcomes.End(job.Job, error);
            }
            else
            {
                _sliding.Enqueue(job);
            }
        }
    }

    public void Dispose() => _decoder.Dispose();

    private void SlideFull()
    {
        for (var i = _decoding.Count - 1; i >= 0; i--)
        {
            if (_decoding[i] is { IsFull: true } job)
            {
                Leave(job);
                job.Slide();
                _sliding.Enqueue(job);
            }
        }
    }

    // Puts what is known of a job's prompt into the slot behind all rows: from another job that has run the very same prompt,
    // or from the prefix cache. Returns the logits behind the prompt if all of it is known.
    private float[]? TakeKnown(ActiveJob job)
    {
        var prompt = job.First.Prompt;
        if (job.Job.HasSiblings && _decoding.Find(other => other.PromptLogits is not null && other.First.Prompt == prompt) is { } sibling)
        {
            _decoder.Copy(sibling.Slots[0], _rows.Count, 0, prompt.Length);
            job.Position = prompt.Length;
            return job.PromptLogits = sibling.PromptLogits;
        }
        (job.Position, var logits) = _decoder.LoadPrefix(_rows.Count, prompt);
        return logits;
    }

    // The job's prompt is in the slot behind all rows.
    private void Decode(ActiveJob job, ReadOnlySpan<float> promptLogits)
    {
        if (job.First.MaxTokens == 0)
        {
            _outcomes.EndUnsampled(job.Job);
            return;
        }
        if (job.Job.HasSiblings && job.PromptLogits is null)
        {
            job.PromptLogits = promptLogits.ToArray();
        }
        _rows.Add(job);
        _decoding.Add(job);
        if (Advance(job, StepLogits.Shared(promptLogits)))
        {
            Leave(job);
        }
    }

    private bool TryStepDraft(RunningSequence sequence)
    {
        if (_options.DraftTokens == 0 || !sequence.Drafts.IsWorthIt(_times.DraftCost))
        {
            return false;
        }
        var draft = PromptLookup.Draft(sequence.Tokens, Math.Min(_options.DraftTokens, sequence.TokensLeft - 1)).ToArray();
        if (draft.Length == 0)
        {
            return false;
        }
        var start = Stopwatch.GetTimestamp();
        var logits = _decoder.Verify(sequence.Position, [sequence.Token(0), .. draft]);
        var time = Stopwatch.GetElapsedTime(start);
        _metrics.Stepped(time, 1);
        _times.Verified(time);
        var before = sequence.Generated;
        var finish = sequence.AdvanceDraft(logits, draft, _sampler);
        _metrics.Drafted(draft.Length, Math.Max(sequence.Generated - before - 1, 0));
        _outcomes.Generated(sequence, sequence.Generated - before);
        if (finish is not null)
        {
            Leave(sequence);
            _outcomes.Finished(sequence, finish);
        }
        return true;
    }

    // True if the job has ended and must leave.
    private bool Advance(ActiveJob job, StepLogits logits)
    {
        try
        {
            _moves.Clear();
            var before = job.Generated;
            var finish = job.Advance(logits, _sampler, _moves);
            _rows.Apply(job, _moves);
            _outcomes.Generated(job, Math.Max(job.Generated - before, finish is null ? 0 : 1));
            if (finish is null)
            {
                return false;
            }
            _outcomes.Finished(job, finish);
        }
        catch (Exception exception)
        {
            _outcomes.Fail(job, exception);
        }
        return true;
    }

    private void Leave(ActiveJob job)
    {
        _rows.Remove(job, behind: _prefilling?.Position ?? 0);
        _decoding.Remove(job);
    }
}
