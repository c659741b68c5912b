using System.Diagnostics;
using System.Numerics.Tensors;
using ElasticSynapse.ModelServer.Beams;
using ElasticSynapse.ModelServer.Decoding;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>
/// The jobs that run together. The rows of those that decode are in slots 0, 1, 2 and so on without a gap, and the prompt that
/// is being run is in the slot behind them, so that a new job joins between two steps and a long prompt holds the others up
/// for no longer than a chunk. Only the scheduler thread uses it.
/// </summary>
/// <param name="generator">What runs.</param>
/// <param name="slots">Rows at most.</param>
/// <param name="options">Of the scheduler.</param>
/// <param name="metrics">What is counted.</param>
/// <param name="ended">Told of each job that has left, with the error if it ended with one.</param>
internal sealed class ContinuousBatch(
    ServedGenerator generator, int slots, SchedulerOptions options, GeneratorMetrics metrics, Action<SequenceJob, Exception?> ended) : IDisposable
{
    private readonly BatchDecoder _decoder = new(generator.Model, slots, options.PrefixCacheSequences);
    private readonly TokenSampler _sampler = new(generator.Model.Config.VocabularySize);
    private readonly List<ActiveJob> _decoding = [];
    private readonly List<(ActiveJob Job, int Row)> _rows = []; // index = slot
    private readonly List<RowMove> _moves = [];
    private readonly List<ActiveJob> _leaving = [];
    private readonly int[] _tokens = new int[slots];
    private readonly int[] _positions = new int[slots];
    private readonly RunTimes _times = new();
    private ActiveJob? _prefilling; // in slot _rows.Count

    private int Vocabulary => generator.Model.Config.VocabularySize;

    public bool IsEmpty => _decoding.Count == 0 && _prefilling is null;

    /// <summary>Sequences that run: those that decode, and the one whose prompt is being run.</summary>
    public int Running => _decoding.Sum(job => job.Job.Sequences.Count) + (_prefilling?.Job.Sequences.Count ?? 0);

    /// <summary>Slots that a job may take now: none while another's prompt is being run.</summary>
    public int FreeSlots => _prefilling is null ? slots - _rows.Count : 0;

    /// <summary>Positions of the KV cache in use, of all slots' together.</summary>
    public long UsedPositions => _decoding.Sum(job => (long)job.Position * job.Slots.Length) + (_prefilling?.Position ?? 0);

    /// <summary>Runs one token, so that weights that can't be served end the start and no caller waits for the first run.</summary>
    /// <exception cref="CheckpointException">The logits are not finite.</exception>
    public void TryOut()
    {
        if (!float.IsFinite(TensorPrimitives.Max(_decoder.Append(slot: 0, position: 0, [generator.StartToken], rows: 1))))
        {
            throw new CheckpointException($"{generator.Identity}: the logits are not finite; accepted: weights that do not overflow and are no NaN");
        }
    }

    /// <summary>Takes a job in that <see cref="FreeSlots"/> has room for. It decodes at once if another job has run the very
    /// same prompt, else the next <see cref="Prefill"/> runs its prompt's first chunk.</summary>
    public void Join(SequenceJob job)
    {
        if (ActiveJob.EndOf(job, generated: 0) is { } error)
        {
            End(job, error);
            return;
        }
        ActiveJob active = job.First.Beams is null ? new RunningSequence(job, generator) : new BeamJob(job, generator);
        var sequence = active as RunningSequence;
        sequence?.EchoUnscored();
        if (job.First.MaxTokens == 0 && !active.ScoresPrompt)
        {
            metrics.Joined(job, cachedTokens: job.First.Prompt.Length);
            EndUnsampled(job);
            return;
        }
        if (!active.ScoresPrompt && job.HasSiblings && _decoding.Find(other => other.PromptLogits is not null && other.First.Prompt == job.First.Prompt) is { } sibling)
        {
            metrics.Joined(job, cachedTokens: job.First.Prompt.Length);
            _decoder.Copy(sibling.Slots[0], _rows.Count, 0, job.First.Prompt.Length);
            active.Position = job.First.Prompt.Length;
            active.PromptLogits = sibling.PromptLogits;
            Decode(active, sibling.PromptLogits);
            return;
        }
        if (!active.ScoresPrompt)
        {
            active.Position = PrefillGrid.Reusable(
                _decoder.LoadPrefix(_rows.Count, job.First.Prompt, job.First.Prompt.Length - 1), job.First.Prompt.Length, options.PrefillChunkTokens);
        }
        metrics.Joined(job, active.Position);
        _prefilling = active;
    }

    /// <summary>Runs the next chunk of the prompt that is being run, if there is one.</summary>
    public void Prefill()
    {
        if (_prefilling is not { } job)
        {
            return;
        }
        try
        {
            var prompt = job.First.Prompt;
            var length = PrefillGrid.ChunkEnd(job.Position, prompt.Length, options.PrefillChunkTokens) - job.Position;
            var isLast = job.Position + length == prompt.Length;
            var rows = job.ScoresPrompt ? length : isLast ? 1 : 0;
            var logits = _decoder.Append(_rows.Count, job.Position, prompt.AsSpan(job.Position, length), rows);
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
                _decoder.StorePrefix(_rows.Count, prompt.AsSpan(0, length == 1 ? prompt.Length - 1 : prompt.Length));
                _prefilling = null;
                Decode(job, logits[^Vocabulary..]);
            }
        }
        // Whatever a sequence fails with is that sequence's end, not the server's.
        catch (Exception exception)
        {
            _prefilling = null;
            Fail(job, exception);
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
            if (_rows is [(RunningSequence { CanDraft: true } alone, _)] && _prefilling is null && TryStepDraft(alone))
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
            metrics.Stepped(time, _rows.Count);
            if (_rows.Count == 1)
            {
                _times.Stepped(time);
            }
            // All take their logits before any leaves, because that moves rows to other slots.
            foreach (var job in _decoding)
            {
                job.Position++;
                if (Advance(job, StepLogits.Of(logits, Vocabulary)))
                {
                    _leaving.Add(job);
                }
            }
            _leaving.ForEach(Leave);
            _leaving.Clear();
        }
        // A run that fails takes all of its jobs with it, and nothing else.
        catch (Exception exception)
        {
            foreach (var job in _decoding)
            {
                Fail(job, exception);
            }
            MovePrefilling(to: 0);
            _rows.Clear();
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
                End(job.Job, error);
            }
        }
        if (_prefilling is { } prefilling && (stopping ?? ActiveJob.EndOf(prefilling.Job, generated: 0)) is { } end)
        {
            _prefilling = null;
            End(prefilling.Job, end);
        }
    }

    /// <summary>Ends a job, running or not, with an error.</summary>
    public void End(SequenceJob job, Exception error)
    {
        foreach (var sequence in job.Sequences)
        {
            sequence.Output.Complete(error);
            metrics.Aborted(isOurFault: error is ApiException { Kind: ErrorKind.Internal }, Stopwatch.GetElapsedTime(job.EnqueuedAt));
        }
        ended(job, error);
    }

    public void Dispose() => _decoder.Dispose();

    // The prompt's rows are in the slot behind all rows: it becomes the job's first, and is copied for each further one.
    private void Decode(ActiveJob job, ReadOnlySpan<float> promptLogits)
    {
        if (job.First.MaxTokens == 0)
        {
            EndUnsampled(job.Job);
            return;
        }
        if (job.Job.HasSiblings && job.PromptLogits is null && !job.ScoresPrompt)
        {
            job.PromptLogits = promptLogits.ToArray();
        }
        var first = _rows.Count;
        for (var row = 0; row < job.Slots.Length; row++)
        {
            job.Slots[row] = first + row;
            _rows.Add((job, row));
            if (row > 0)
            {
                _decoder.Copy(first, first + row, 0, job.Position);
            }
        }
        _decoding.Add(job);
        if (Advance(job, StepLogits.Shared(promptLogits)))
        {
            Leave(job);
        }
    }

    private bool TryStepDraft(RunningSequence sequence)
    {
        if (options.DraftTokens == 0 || !sequence.Drafts.IsWorthIt(_times.DraftCost))
        {
            return false;
        }
        var draft = PromptLookup.Draft(sequence.Tokens, Math.Min(options.DraftTokens, sequence.TokensLeft - 1)).ToArray();
        if (draft.Length == 0)
        {
            return false;
        }
        var start = Stopwatch.GetTimestamp();
        var logits = _decoder.Append(slot: 0, sequence.Position, [sequence.Token(0), .. draft], rows: draft.Length + 1);
        var time = Stopwatch.GetElapsedTime(start);
        metrics.Stepped(time, 1);
        _times.Verified(time);
        var before = sequence.Generated;
        var finish = sequence.AdvanceDraft(logits, draft, _sampler);
        metrics.Drafted(draft.Length, Math.Max(sequence.Generated - before - 1, 0));
        Count(sequence, sequence.Generated - before);
        if (finish is not null)
        {
            Leave(sequence);
            Finished(sequence, finish);
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
            foreach (var move in _moves)
            {
                _decoder.Copy(move.From, move.To, move.Start, job.Position - move.Start);
            }
            for (var row = 0; row < job.Slots.Length; row++)
            {
                _rows[job.Slots[row]] = (job, row);
            }
            Count(job, Math.Max(job.Generated - before, finish is null ? 0 : 1));
            if (finish is null)
            {
                return false;
            }
            Finished(job, finish);
        }
        catch (Exception exception)
        {
            Fail(job, exception);
        }
        return true;
    }

    private void Count(ActiveJob job, int tokens)
    {
        if (tokens > 0)
        {
            var now = Stopwatch.GetTimestamp();
            metrics.TokensGenerated(tokens, Stopwatch.GetElapsedTime(job.LastTokenAt, now), isFirst: !job.HasToken);
            (job.LastTokenAt, job.HasToken) = (now, true);
        }
    }

    private void Finished(ActiveJob job, IReadOnlyList<FinishReason> finish)
    {
        foreach (var reason in finish)
        {
            metrics.Finished(reason, Stopwatch.GetElapsedTime(job.Job.EnqueuedAt));
        }
        ended(job.Job, null);
    }

    // Frees a job's slots, each for the last row; the prompt that is being run moves up behind the rest.
    private void Leave(ActiveJob job)
    {
        var prefilled = _rows.Count;
        foreach (var slot in job.Slots.OrderDescending())
        {
            var last = _rows.Count - 1;
            if (slot != last)
            {
                var (other, row) = _rows[last];
                _decoder.Copy(last, slot, 0, other.Position);
                _rows[slot] = (other, row);
                other.Slots[row] = slot;
            }
            _rows.RemoveAt(last);
        }
        _decoding.Remove(job);
        MovePrefilling(to: _rows.Count, from: prefilled);
    }

    private void MovePrefilling(int to, int? from = null)
    {
        if (_prefilling is { Position: > 0 } job)
        {
            _decoder.Copy(from ?? _rows.Count, to, 0, job.Position);
        }
    }

    private void EndUnsampled(SequenceJob job)
    {
        job.First.Output.TryWrite(new GeneratedPiece("", 0, FinishReason.Length, []));
        job.First.Output.Complete();
        metrics.Finished(FinishReason.Length, Stopwatch.GetElapsedTime(job.EnqueuedAt));
        ended(job, null);
    }

    private void Fail(ActiveJob job, Exception exception) =>
        End(job.Job, new ApiException(ErrorKind.Internal, "generation failed", null, exception));
}
