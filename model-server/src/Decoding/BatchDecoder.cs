using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.ModelServer.Decoding;

/// <summary>Runs the model on sequences in slots: a prompt in chunks, one sequence at a time, and single tokens of the
/// sequences in the first slots together. Only the scheduler thread uses it.</summary>
internal sealed class BatchDecoder : IDisposable
{
    private readonly Gpt2Model _model;
    private readonly KvSlots _slots;
    private readonly BoundRun?[] _steps;  // [batch - 1], each bound at its first use
    private readonly float[] _stepLogits; // [slots, vocabulary]
    private float[] _chunkLogits;         // [rows, vocabulary] of the last chunk

    public BatchDecoder(Gpt2Model model, int slots)
    {
        _model = model;
        _slots = new KvSlots(model.Config, slots);
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

    /// <summary>Puts the first positions of a slot's sequence into another slot.</summary>
    public void Move(int from, int to, int positions) => _slots.Copy(from, to, positions);

    public void Dispose()
    {
        foreach (var step in _steps)
        {
            step?.Dispose();
        }
        _slots.Dispose();
    }
}
