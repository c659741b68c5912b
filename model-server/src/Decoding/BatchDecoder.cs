using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.ModelServer.Decoding;

/// <summary>Runs the model on sequences in slots: a prompt in chunks, one sequence at a time, and single tokens of the
/// sequences in the first slots together. Only the scheduler thread uses it.</summary>
internal sealed class BatchDecoder : IDisposable
{
    private readonly Gpt2Model _model;
    private readonly KvSlots _slots;
    private readonly PrefixCache _prefixes;
    private readonly BoundRun?[] _steps;  // [batch - 1], each bound at its first use
    private readonly float[] _stepLogits; // [slots, vocabulary]
    private readonly Dictionary<int, (BoundRun Run, float[] Logits)> _verifications = []; // by tokens, each bound at its first use
    private float[] _chunkLogits;         // [rows, vocabulary] of the last chunk

    /// <param name="model">What runs.</param>
    /// <param name="slots">Sequences at a time.</param>
    /// <param name="cachedSlots">Sequences' worth of prefixes that are kept; 0 for none.</param>
    /// <param name="chunk">Prompts are run in chunks that end on multiples of it.</param>
    /// <exception cref="CheckpointException">The KV cache does not fit into memory.</exception>
    public BatchDecoder(Gpt2Model model, int slots, int cachedSlots, int chunk)
    {
        _model = model;
        _slots = new KvSlots(model.Config, slots, cachedSlots);
        _prefixes = new PrefixCache(_slots, slots, cachedSlots, model.Config.Positions, chunk);
        _steps = new BoundRun?[slots];
        _stepLogits = new float[slots * model.Config.VocabularySize];
        _chunkLogits = new float[model.Config.VocabularySize];
    }

    /// <summary>Runs tokens that follow on each other in one slot.</summary>
    /// <param name="slot">Holds the sequence's earlier tokens.</param>
    /// <param name="position">Of the first token.</param>
    /// <param name="tokens">At least one.</param>
    /// <param name="rows">After how many of the last tokens the logits are wanted.</param>
    /// <returns>[rows, vocabulary], valid until the next call.</returns>
    public ReadOnlySpan<float> Append(int slot, int position, scoped ReadOnlySpan<int> tokens, int rows)
    {
        var length = rows * _model.Config.VocabularySize;
        if (_chunkLogits.Length < length)
        {
            _chunkLogits = new float[length];
        }
        using var run = new BoundRun(_model, _slots, slot, batch: 1, tokens.Length, _chunkLogits.AsMemory(0, length));
        run.Run(tokens, [position]);
        return _chunkLogits.AsSpan(0, length);
    }

    /// <summary>Runs one token of each of the sequences in slots 0, 1, 2 and so on.</summary>
    /// <param name="tokens">[batch]</param>
    /// <param name="positions">[batch]</param>
    /// <returns>[batch, vocabulary], valid until the next call.</returns>
    public ReadOnlySpan<float> Step(ReadOnlySpan<int> tokens, ReadOnlySpan<int> positions)
    {
        var logits = _stepLogits.AsMemory(0, tokens.Length * _model.Config.VocabularySize);
        var step = _steps[tokens.Length - 1] ??= new BoundRun(_model, _slots, firstSlot: 0, tokens.Length, tokens: 1, logits);
        step.Run(tokens, positions);
        return logits.Span;
    }

    /// <summary>Runs tokens that follow on each other in slot 0.</summary>
    /// <param name="position">Of the first token.</param>
    /// <param name="tokens">A few; each number of them keeps buffers of its own.</param>
    /// <returns>[tokens, vocabulary], valid until the next call.</returns>
    public ReadOnlySpan<float> Verify(int position, ReadOnlySpan<int> tokens)
    {
        if (!_verifications.TryGetValue(tokens.Length, out var bound))
        {
            var logits = new float[tokens.Length * _model.Config.VocabularySize];
            bound = (new BoundRun(_model, _slots, firstSlot: 0, batch: 1, tokens.Length, logits), logits);
            _verifications.Add(tokens.Length, bound);
        }
        bound.Run.Run(tokens, [position]);
        return bound.Logits;
    }

    /// <summary>Copies positions of a slot's sequence into another slot, from <paramref name="start"/> on.</summary>
    public void Copy(int from, int to, int start, int positions) => _slots.Copy(from, start, to, start, positions);

    /// <summary>Fills a slot with the longest beginning of a prompt that is kept.</summary>
    /// <returns>Positions that need no run any more, and the logits behind the prompt if that is all of them.</returns>
    public (int Positions, float[]? Logits) LoadPrefix(int slot, ReadOnlySpan<int> prompt) => _prefixes.Load(slot, prompt);

    /// <summary>Keeps what the runs of a prompt left in a slot, and the logits behind it.</summary>
    public void StorePrefix(int slot, ReadOnlySpan<int> prompt, ReadOnlySpan<float> logits) => _prefixes.Store(slot, prompt, logits);

    public void Dispose()
    {
        foreach (var step in _steps)
        {
            step?.Dispose();
        }
        foreach (var (run, _) in _verifications.Values)
        {
            run.Dispose();
        }
        _slots.Dispose();
    }
}
