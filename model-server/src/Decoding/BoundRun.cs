using ElasticSynapse.Serving.Models;
using Microsoft.ML.OnnxRuntime;

namespace ElasticSynapse.ModelServer.Decoding;

/// <summary>A run of the model on a fixed number of tokens of a fixed row of slots: its inputs and outputs, bound once.
/// Running it again writes into the same buffers and allocates nothing.</summary>
internal sealed class BoundRun : IDisposable
{
    private readonly Gpt2Model _model;
    private readonly RunOptions _options = new();
    private readonly OrtIoBinding _binding;
    private readonly List<OrtValue> _values = []; // over the arrays below and the slots
    private readonly long[] _ids;                 // [batch, tokens]
    private readonly long[] _positions;           // [batch, tokens]
    private readonly int[] _lastIndices;          // [batch]
    private readonly int[] _totalLength = [0];    // [1]

    /// <param name="model">What runs.</param>
    /// <param name="slots">The sequences' past, which the run extends.</param>
    /// <param name="firstSlot">First row of the batch.</param>
    /// <param name="batch">Rows, a slot each.</param>
    /// <param name="tokens">Of each row, in every run; more than one only for a batch of one, as GroupQueryAttention asks.</param>
    /// <param name="logits">Where the logits after the last of all tokens go, [rows, vocabulary]: as many rows as it has room
    /// for, none if empty.</param>
    public BoundRun(Gpt2Model model, KvSlots slots, int firstSlot, int batch, int tokens, Memory<float> logits)
    {
        _model = model;
        _binding = model.Session.CreateIoBinding();
        _ids = new long[batch * tokens];
        _positions = new long[batch * tokens];
        _lastIndices = new int[batch];
        var wanted = logits.Length / model.Config.VocabularySize;
        long[] rows = [.. Enumerable.Range((batch * tokens) - wanted, wanted)];

        BindInput(Gpt2Model.InputIds, _ids, [batch, tokens]);
        BindInput(Gpt2Model.PositionIds, _positions, [batch, tokens]);
        BindInput(Gpt2Model.SequenceLengths, _lastIndices, [batch]);
        BindInput(Gpt2Model.TotalSequenceLength, _totalLength, [1]);
        BindInput(Gpt2Model.LogitRows, rows, [rows.Length]);
        _binding.BindOutput(Gpt2Model.Logits, Value(logits, [rows.Length, model.Config.VocabularySize]));
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
        var tokens = _ids.Length / _lastIndices.Length;
        _totalLength[0] = 0;
        for (var row = 0; row < _lastIndices.Length; row++)
        {
            for (var i = 0; i < tokens; i++)
            {
                _ids[(row * tokens) + i] = ids[(row * tokens) + i];
                _positions[(row * tokens) + i] = positions[row] + i;
            }
            _lastIndices[row] = positions[row] + tokens - 1;
            _totalLength[0] = Math.Max(_totalLength[0], positions[row] + tokens);
        }
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

    private void BindInput<T>(string name, T[] array, long[] shape)
        where T : unmanaged => _binding.BindInput(name, Value(array.AsMemory(), shape));

    // The value keeps its memory pinned until it is disposed.
    private OrtValue Value<T>(Memory<T> memory, long[] shape)
        where T : unmanaged => Keep(OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, memory, shape));

    private OrtValue Keep(OrtValue value)
    {
        _values.Add(value);
        return value;
    }
}
