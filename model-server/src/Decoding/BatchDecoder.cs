using ElasticSynapse.ModelServer.Decoding.Memory;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.ModelServer.Decoding;

/// <summary>Runs the model on sequences in slots: a prompt in chunks, one sequence at a time, and single tokens of the
/// sequences in the first slots together. Only the scheduler thread uses it.</summary>
internal sealed class BatchDecoder : IDisposable
{
    private readonly Gpt2Model _model;
    private readonly TensorMemory _memory;
    private readonly KvSlots _slots;
    private readonly PrefixCache _prefixes;
    private readonly RunInputs _inputs;
    private readonly BoundRun?[] _steps; // [batch - 1], each bound at its first use
    private readonly RunLogits _stepLogits;
    private readonly Dictionary<int, (BoundRun Run, RunLogits Logits)> _verifications = []; // by tokens, each bound at its first use
    private RunLogits _chunkLogits;

    /// <param name="model">What runs.</param>
    /// <param name="memory">That of the model's device.</param>
    /// <param name="slots">Sequences at a time.</param>
    /// <param name="cachedSlots">Sequences' worth of prefixes that are kept; 0 for none.</param>
    /// <param name="chunk">Prompts are run in chunks that end on multiples of it.</param>
    /// <exception cref="CheckpointException">The KV cache does not fit into memory.</exception>
    public BatchDecoder(Gpt2Model model, TensorMemory memory, int slots, int cachedSlots, int chunk)
    {
        (_model, _memory) = (model, memory);
        _slots = new KvSlots(memory, model.Config, model.CacheType, slots, cachedSlots);
        _prefixes = new PrefixCache(_slots, slots, cachedSlots, model.Config.Positions, chunk, model.TokensAreRunAlike);
        _inputs = new RunInputs(memory, Math.Max(model.Config.Positions, slots), slots);
        _steps = new BoundRun?[slots];
        _stepLogits = new RunLogits(memory, model, slots);
        _chunkLogits = new RunLogits(memory, model, rows: 1);
    }

    /// <summary>Runs tokens that follow on each other in one slot.</summary>
    /// <param name="slot">Holds the sequence's earlier tokens.</param>
    /// <param name="position">Of the first token.</param>
    /// <param name="tokens">At least one.</param>
    /// <param name="rows">After how many of the last tokens the logits are wanted.</param>
    /// <returns>[rows, vocabulary], valid until the next call.</returns>
    public ReadOnlySpan<float> Append(int slot, int position, scoped ReadOnlySpan<int> tokens, int rows)
    {
        if (_chunkLogits.Capacity < rows)
        {
            _chunkLogits.Dispose();
            _chunkLogits = new RunLogits(_memory, _model, rows);
        }
        using var run = Bind(slot, batch: 1, tokens.Length, _chunkLogits, rows);
        run.Run(tokens, [position]);
        return _chunkLogits.Rows(rows);
    }

    /// <summary>Runs one token of each of the sequences in slots 0, 1, 2 and so on.</summary>
    /// <param name="tokens">[batch]</param>
    /// <param name="positions">[batch]</param>
    /// <returns>A row for each, valid until the next call.</returns>
    public RunLogits Step(ReadOnlySpan<int> tokens, ReadOnlySpan<int> positions)
    {
        var step = _steps[tokens.Length - 1] ??= Bind(firstSlot: 0, tokens.Length, tokens: 1, _stepLogits, rows: tokens.Length);
        step.Run(tokens, positions);
        return _stepLogits;
    }

    /// <summary>Runs tokens that follow on each other in slot 0.</summary>
    /// <param name="position">Of the first token.</param>
    /// <param name="tokens">A few; each number of them keeps buffers of its own.</param>
    /// <returns>[tokens, vocabulary], valid until the next call.</returns>
    public ReadOnlySpan<float> Verify(int position, ReadOnlySpan<int> tokens)
    {
        if (!_verifications.TryGetValue(tokens.Length, out var bound))
        {
            var logits = new RunLogits(_memory, _model, tokens.Length);
            bound = (Bind(firstSlot: 0, batch: 1, tokens.Length, logits, rows: tokens.Length), logits);
            _verifications.Add(tokens.Length, bound);
        }
        bound.Run.Run(tokens, [position]);
        return bound.Logits.Rows(tokens.Length);
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
        foreach (var (run, logits) in _verifications.Values)
        {
            run.Dispose();
            logits.Dispose();
        }
        _chunkLogits.Dispose();
        _stepLogits.Dispose();
        _inputs.Dispose();
        _slots.Dispose();
    }

    private BoundRun Bind(int firstSlot, int batch, int tokens, RunLogits logits, int rows) =>
        new(_model, _memory, _slots, _inputs, firstSlot, batch, tokens, logits, rows);
}
