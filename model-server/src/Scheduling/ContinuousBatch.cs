using System.Numerics.Tensors;
using ElasticSynapse.ModelServer.Decoding;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>
/// The sequences that run together. Those that decode are in slots 0, 1, 2 and so on without a gap, and the one whose prompt
/// is being run is in the slot behind them, so that a new sequence joins between two steps and a long prompt holds the others
/// up for no longer than a chunk. Only the scheduler thread uses it.
/// </summary>
internal sealed class ContinuousBatch(ServedGenerator generator, SchedulerOptions options, GeneratorMetrics metrics, Action<Exception> failed)
    : IDisposable
{
    private readonly BatchDecoder _decoder = new(generator.Model, options.MaxSequences);
    private readonly TokenSampler _sampler = new(generator.Model.Config.VocabularySize);
    private readonly List<RunningSequence> _decoding = []; // index = slot
    private readonly int[] _tokens = new int[options.MaxSequences];
    private readonly int[] _positions = new int[options.MaxSequences];
    private RunningSequence? _prefilling; // in slot _decoding.Count

    public int Count => _decoding.Count + (_prefilling is null ? 0 : 1);

    /// <summary>Whether another sequence may join now.</summary>
    public bool CanJoin => _prefilling is null && _decoding.Count < options.MaxSequences;

    /// <summary>Runs one token, so that weights that can't be served end the start and no caller waits for the first run.</summary>
    /// <exception cref="CheckpointException">The logits are not finite.</exception>
    public void TryOut()
    {
        if (!float.IsFinite(TensorPrimitives.Max(_decoder.Append(slot: 0, position: 0, [generator.StartToken], rows: 1))))
        {
            throw new CheckpointException($"{generator.Identity}: the logits are not finite; accepted: weights that do not overflow and are no NaN");
        }
    }

    /// <summary>Takes a sequence in; the next <see cref="Prefill"/> runs the first chunk of its prompt.</summary>
    /// <returns>True if it has ended already: its caller has gone, or it wants no run.</returns>
    public bool Join(SequenceRequest request, CancellationToken stopping)
    {
        var sequence = new RunningSequence(request, generator);
        if (request.Cancelled.IsCancellationRequested || stopping.IsCancellationRequested)
        {
            Cancel(request);
            return true;
        }
        metrics.PromptTokens(request.Prompt.Length);
        sequence.EchoUnscored();
        if (request.MaxTokens == 0 && !sequence.ScoresPrompt)
        {
            EndUnsampled(sequence);
            return true;
        }
        _prefilling = sequence;
        return false;
    }

    /// <summary>Runs the next chunk of the prompt that is being run, if there is one.</summary>
    /// <returns>Sequences that ended: 0 or 1.</returns>
    public int Prefill()
    {
        if (_prefilling is not { } sequence)
        {
            return 0;
        }
        try
        {
            var prompt = sequence.Request.Prompt;
            // Chunks lie on multiples of the chunk size from position 0, whatever else runs: where a chunk ends shows in the
            // last bits of the logits.
            var length = Math.Min(prompt.Length - sequence.Position, options.PrefillChunkTokens);
            var isLast = sequence.Position + length == prompt.Length;
            var rows = sequence.ScoresPrompt ? length : isLast ? 1 : 0;
            var logits = _decoder.Append(_decoding.Count, sequence.Position, prompt.AsSpan(sequence.Position, length), rows);
            var vocabulary = generator.Model.Config.VocabularySize;
            for (var i = 0; sequence.ScoresPrompt && i < length; i++)
            {
                sequence.Score(sequence.Position + i, logits.Slice(i * vocabulary, vocabulary));
            }
            sequence.Position += length;
            if (!isLast)
            {
                return 0;
            }
            _prefilling = null;
            if (sequence.Request.MaxTokens == 0)
            {
                EndUnsampled(sequence);
                return 1;
            }
            if (Advance(sequence, logits[^vocabulary..]))
            {
                return 1;
            }
            _decoding.Add(sequence);
            return 0;
        }
        // Whatever a sequence fails with is that sequence's end, not the server's.
        catch (Exception exception)
        {
            _prefilling = null;
            Fail(sequence.Request, exception);
            return 1;
        }
    }

    /// <summary>Runs one token of every sequence that decodes.</summary>
    /// <returns>How many ended.</returns>
    public int Step()
    {
        if (_decoding.Count == 0)
        {
            return 0;
        }
        var batch = _decoding.Count;
        ReadOnlySpan<float> logits;
        try
        {
            for (var slot = 0; slot < batch; slot++)
            {
                (_tokens[slot], _positions[slot]) = (_decoding[slot].LastToken, _decoding[slot].Position);
            }
            logits = _decoder.Step(_tokens.AsSpan(0, batch), _positions.AsSpan(0, batch));
        }
        // A run that fails takes all of its sequences with it, and nothing else.
        catch (Exception exception)
        {
            foreach (var sequence in _decoding)
            {
                Fail(sequence.Request, exception);
            }
            MovePrefilling(to: 0);
            _decoding.Clear();
            return batch;
        }
        var vocabulary = generator.Model.Config.VocabularySize;
        var ended = 0;
        // From the last slot on, so that the sequence that fills a freed slot has had its turn.
        for (var slot = batch - 1; slot >= 0; slot--)
        {
            _decoding[slot].Position++;
            if (Advance(_decoding[slot], logits.Slice(slot * vocabulary, vocabulary)))
            {
                Leave(slot);
                ended++;
            }
        }
        return ended;
    }

    /// <summary>Lets go of sequences whose callers have gone, or of all when the server stops.</summary>
    /// <returns>How many.</returns>
    public int DropCancelled(CancellationToken stopping)
    {
        var dropped = 0;
        for (var slot = _decoding.Count - 1; slot >= 0; slot--)
        {
            if (_decoding[slot].Request.Cancelled.IsCancellationRequested || stopping.IsCancellationRequested)
            {
                Cancel(_decoding[slot].Request);
                Leave(slot);
                dropped++;
            }
        }
        if (_prefilling is { } sequence && (sequence.Request.Cancelled.IsCancellationRequested || stopping.IsCancellationRequested))
        {
            Cancel(sequence.Request);
            _prefilling = null;
            dropped++;
        }
        return dropped;
    }

    public void Dispose() => _decoder.Dispose();

    // True if the sequence has ended.
    private bool Advance(RunningSequence sequence, ReadOnlySpan<float> logits)
    {
        try
        {
            var finish = sequence.Advance(logits, _sampler);
            metrics.TokenGenerated();
            if (finish is not { } reason)
            {
                return false;
            }
            sequence.Request.Output.Complete();
            metrics.SequenceFinished(reason);
        }
        catch (Exception exception)
        {
            Fail(sequence.Request, exception);
        }
        return true;
    }

    // Frees a slot: the last sequence that decodes takes its place, and the one behind moves up.
    private void Leave(int slot)
    {
        var last = _decoding.Count - 1;
        if (slot != last)
        {
            _decoder.Move(last, slot, _decoding[last].Position);
            _decoding[slot] = _decoding[last];
        }
        MovePrefilling(to: last);
        _decoding.RemoveAt(last);
    }

    private void MovePrefilling(int to)
    {
        if (_prefilling is { Position: > 0 } sequence)
        {
            _decoder.Move(_decoding.Count, to, sequence.Position);
        }
    }

    private void EndUnsampled(RunningSequence sequence)
    {
        sequence.Request.Output.TryWrite(new GeneratedPiece("", 0, FinishReason.Length, []));
        sequence.Request.Output.Complete();
        metrics.SequenceFinished(FinishReason.Length);
    }

    private void Cancel(SequenceRequest request)
    {
        request.Output.Complete(new OperationCanceledException());
        metrics.SequenceCancelled();
    }

    private void Fail(SequenceRequest request, Exception exception)
    {
        failed(exception);
        request.Output.Complete(new ApiException(ErrorKind.Internal, "generation failed", null, exception));
        metrics.SequenceFailed();
    }
}
