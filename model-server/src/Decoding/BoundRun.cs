using ElasticSynapse.ModelServer.Decoding.Memory;
using ElasticSynapse.Serving.Models;
using Microsoft.ML.OnnxRuntime;

namespace ElasticSynapse.ModelServer.Decoding;

/// <summary>A run of the model on a fixed number of tokens of a fixed row of slots: its inputs and outputs, bound once.
/// Running it again writes into the same buffers and allocates nothing.</summary>
internal sealed class BoundRun : IDisposable
{
    private readonly Gpt2Model _model;
    private readonly TensorMemory _memory;
    private readonly RunInputs _inputs;
    private readonly RunLogits _logits;
    private readonly int _rows;
    private readonly RunOptions _options = new();
    private readonly OrtIoBinding _binding;
    private readonly List<OrtValue> _values = []; // over the buffers and the slots

    /// <param name="model">What runs.</param>
    /// <param name="memory">Where everything lies.</param>
    /// <param name="slots">The sequences' past, which the run extends.</param>
    /// <param name="inputs">What it reads.</param>
    /// <param name="firstSlot">First row of the batch.</param>
    /// <param name="batch">Rows, a slot each.</param>
    /// <param name="tokens">Of each row, in every run; more than one only for a batch of one, as GroupQueryAttention asks.</param>
    /// <param name="logits">Where the logits go.</param>
    /// <param name="rows">After how many of the last of all tokens they are wanted.</param>
    public BoundRun(Gpt2Model model, TensorMemory memory, KvSlots slots, RunInputs inputs, int firstSlot, int batch, int tokens, RunLogits logits, int rows)
    {
        (_model, _memory, _inputs, _logits) = (model, memory, inputs, logits);
        _rows = Math.Max(rows, logits.FewestRows);
        _binding = model.Session.CreateIoBinding();
        _binding.BindInput(Gpt2Model.InputIds, Keep(inputs.Ids(batch, tokens)));
        _binding.BindInput(Gpt2Model.PositionIds, Keep(inputs.Positions(batch, tokens)));
        _binding.BindInput(Gpt2Model.SequenceLengths, Keep(inputs.LastIndices(batch)));
        _binding.BindInput(Gpt2Model.TotalSequenceLength, Keep(inputs.TotalLength()));
        _binding.BindInput(Gpt2Model.LogitRows, Keep(inputs.Rows(_rows)));
        _values.AddRange(logits.Bind(_binding, _rows));
        for (var layer = 0; layer < model.Config.Layers; layer++)
        {
            var keys = Keep(slots.Keys(layer, firstSlot, batch));
            var values = Keep(slots.Values(layer, firstSlot, batch));
            _binding.BindInput(Gpt2Model.PastKey(layer), keys);
            _binding.BindInput(Gpt2Model.PastValue(layer), values);
            _binding.BindOutput(Gpt2Model.PresentKey(layer), keys);
            _binding.BindOutput(Gpt2Model.PresentValue(layer), values);
        }
    }

    /// <param name="ids">[batch * tokens]</param>
    /// <param name="positions">[batch]: where each row's first token stands in its sequence.</param>
    public void Run(ReadOnlySpan<int> ids, ReadOnlySpan<int> positions)
    {
        _inputs.Set(ids, positions, _rows);
        _logits.Forget();
        _memory.Finish();
        _model.Session.RunWithBinding(_options, _binding);
    }

    public void Dispose()
    {
        _binding.Dispose();
        foreach (var value in _values)
        {
            value.Dispose();
        }
        _options.Dispose();
    }

    private OrtValue Keep(OrtValue value)
    {
        _values.Add(value);
        return value;
    }
}
