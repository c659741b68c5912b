using ElasticSynapse.Serving.Models;
using Microsoft.ML.OnnxRuntime;

namespace ElasticSynapse.ModelServer.Decoding;

/// <summary>Runs one sequence through the model: the prompt in chunks, then a token a step. Only the scheduler thread uses it.</summary>
internal sealed class SequenceDecoder : IDisposable
{
    /// <summary>Prompt tokens of one run. Chunks lie on multiples of this from position 0, whatever the prompt, because
    /// where a chunk ends shows in the last bits of the logits.</summary>
    public const int ChunkTokens = 128;

    private readonly Gpt2Model _model;
    private readonly KvCache _cache;
    private readonly RunOptions _run = new();
    private readonly float[] _logits;
    private int _position;

    public SequenceDecoder(Gpt2Model model)
    {
        _model = model;
        _cache = new KvCache(model.Config);
        _logits = new float[model.Config.VocabularySize];
    }

    /// <summary>Forgets the sequence; the next token is at position 0.</summary>
    public void Reset() => _position = 0;

    /// <summary>Appends tokens to the sequence and returns the logits after the last of them, [vocabulary], valid until the next call.</summary>
    /// <param name="tokens">At least one; position plus tokens within the context.</param>
    /// <param name="cancelled">Looked at between chunks.</param>
    public ReadOnlySpan<float> Append(scoped ReadOnlySpan<int> tokens, CancellationToken cancelled)
    {
        while (tokens.Length > 0)
        {
            cancelled.ThrowIfCancellationRequested();
            var chunk = Math.Min(tokens.Length, ChunkTokens - (_position % ChunkTokens));
            Run(tokens[..chunk], wantLogits: chunk == tokens.Length);
            tokens = tokens[chunk..];
        }
        return _logits;
    }

    public void Dispose()
    {
        _run.Dispose();
        _cache.Dispose();
    }

    private void Run(ReadOnlySpan<int> tokens, bool wantLogits)
    {
        var ids = new long[tokens.Length];
        var positions = new long[tokens.Length];
        for (var i = 0; i < tokens.Length; i++)
        {
            ids[i] = tokens[i];
            positions[i] = _position + i;
        }
        var total = _position + tokens.Length;
        long[] rows = wantLogits ? [tokens.Length - 1] : [];

        using var inputIds = OrtValue.CreateTensorValueFromMemory(ids, [1, tokens.Length]);
        using var positionIds = OrtValue.CreateTensorValueFromMemory(positions, [1, tokens.Length]);
        using var lastIndex = OrtValue.CreateTensorValueFromMemory(new[] { total - 1 }, [1]);
        using var totalLength = OrtValue.CreateTensorValueFromMemory(new[] { total }, [1]);
        using var logitRows = OrtValue.CreateTensorValueFromMemory(rows, [rows.Length]);
        using var logits = OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance, _logits.AsMemory(0, rows.Length * _logits.Length), [rows.Length, _logits.Length]);

        using var binding = _model.Session.CreateIoBinding();
        binding.BindInput(Gpt2Model.InputIds, inputIds);
        binding.BindInput(Gpt2Model.PositionIds, positionIds);
        binding.BindInput(Gpt2Model.SequenceLengths, lastIndex);
        binding.BindInput(Gpt2Model.TotalSequenceLength, totalLength);
        binding.BindInput(Gpt2Model.LogitRows, logitRows);
        binding.BindOutput(Gpt2Model.Logits, logits);
        for (var layer = 0; layer < _model.Config.Layers; layer++)
        {
            binding.BindInput(Gpt2Model.PastKey(layer), _cache.Keys[layer]);
            binding.BindInput(Gpt2Model.PastValue(layer), _cache.Values[layer]);
            binding.BindOutput(Gpt2Model.PresentKey(layer), _cache.Keys[layer]);
            binding.BindOutput(Gpt2Model.PresentValue(layer), _cache.Values[layer]);
        }
        _model.Session.RunWithBinding(_run, binding);
        _position = total;
    }
}
