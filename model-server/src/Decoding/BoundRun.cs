using ElasticSynapse.Serving.Models;
using Microsoft.ML.OnnxRuntime;

namespace ElasticSynapse.ModelServer.Decoding;

/// <summary>A run of the model on a fixed number of tokens of one sequence: its inputs and outputs, bound once. Running it
/// again writes into the same buffers and allocates nothing.</summary>
internal sealed class BoundRun : IDisposable
{
    private readonly Gpt2Model _model;
    private readonly RunOptions _options = new();
    private readonly OrtIoBinding _binding;
    private readonly List<OrtValue> _values = []; // over the arrays below
    private readonly long[] _ids;                 // [1, tokens]
    private readonly long[] _positions;           // [1, tokens]
    private readonly int[] _lastIndex = [0];      // [1]
    private readonly int[] _totalLength = [0];    // [1]

    /// <param name="model">What runs.</param>
    /// <param name="cache">The sequence's past, which the run extends; owned by the caller.</param>
    /// <param name="tokens">Of every run.</param>
    /// <param name="logits">Where the logits after the last tokens go, [rows, vocabulary]: as many rows as it has room for, none if empty.</param>
    public BoundRun(Gpt2Model model, KvCache cache, int tokens, Memory<float> logits)
    {
        _model = model;
        _binding = model.Session.CreateIoBinding();
        _ids = new long[tokens];
        _positions = new long[tokens];
        var wanted = logits.Length / model.Config.VocabularySize;
        long[] rows = [.. Enumerable.Range(tokens - wanted, wanted)];

        BindInput(Gpt2Model.InputIds, _ids, [1, tokens]);
        BindInput(Gpt2Model.PositionIds, _positions, [1, tokens]);
        BindInput(Gpt2Model.SequenceLengths, _lastIndex, [1]);
        BindInput(Gpt2Model.TotalSequenceLength, _totalLength, [1]);
        BindInput(Gpt2Model.LogitRows, rows, [rows.Length]);
        _binding.BindOutput(Gpt2Model.Logits, Value(logits, [rows.Length, model.Config.VocabularySize]));
        for (var layer = 0; layer < model.Config.Layers; layer++)
        {
            _binding.BindInput(Gpt2Model.PastKey(layer), cache.Keys[layer]);
            _binding.BindInput(Gpt2Model.PastValue(layer), cache.Values[layer]);
            _binding.BindOutput(Gpt2Model.PresentKey(layer), cache.Keys[layer]);
            _binding.BindOutput(Gpt2Model.PresentValue(layer), cache.Values[layer]);
        }
    }

    /// <param name="tokens">As many as the run was made for.</param>
    /// <param name="position">Of the first of them in the sequence.</param>
    public void Run(ReadOnlySpan<int> tokens, int position)
    {
        for (var i = 0; i < _ids.Length; i++)
        {
            _ids[i] = tokens[i];
            _positions[i] = position + i;
        }
        _totalLength[0] = position + tokens.Length;
        _lastIndex[0] = _totalLength[0] - 1;
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
        where T : unmanaged
    {
        var value = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, memory, shape);
        _values.Add(value);
        return value;
    }
}
