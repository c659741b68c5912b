using ElasticSynapse.Serving.Models;
using Microsoft.ML.OnnxRuntime;

namespace ElasticSynapse.Classifier.Inference;

/// <summary>Runs ONNX Runtime on buffers that it keeps from run to run.</summary>
internal sealed class OnnxSequenceRunner : ISequenceRunner
{
    private static readonly string[] Inputs = [BertModel.InputIds, BertModel.AttentionMask];
    private static readonly string[] TypedInputs = [.. Inputs, BertModel.TokenTypeIds];
    private static readonly string[] Outputs = [BertModel.Logits];

    private readonly BertModel _model; // shared by all runners; runs may be concurrent
    private readonly RunOptions _options = new();
    private readonly long[] _ids;     // this and the next two: [sequences, tokens of the longest], at most [maxTokens]
    private readonly long[] _types;
    private readonly int[] _mask;
    private readonly float[] _logits; // [sequences, labels]

    /// <param name="maxTokens">Most tokens of a run, padding counted.</param>
    /// <param name="maxSequences">Most sequences of a run.</param>
    public OnnxSequenceRunner(BertModel model, int maxTokens, int maxSequences = 1)
    {
        _model = model;
        _ids = new long[maxTokens];
        _types = new long[maxTokens];
        _mask = new int[maxTokens];
        _logits = new float[maxSequences * model.Config.Labels.Count];
    }

    public float[][] Run(IReadOnlyList<TokenSequence> sequences)
    {
        var (rows, tokens) = (sequences.Count, sequences.Max(sequence => sequence.Length));
        Fill(sequences, tokens);
        using var ids = Tensor(_ids, rows, tokens);
        using var mask = Tensor(_mask, rows, tokens);
        using var logits = Tensor(_logits, rows, _model.Config.Labels.Count);
        if (sequences.All(sequence => sequence.Types is null))
        {
            _model.Session.Run(_options, Inputs, [ids, mask], Outputs, [logits]);
        }
        else
        {
            using var types = Tensor(_types, rows, tokens);
            _model.Session.Run(_options, TypedInputs, [ids, mask, types], Outputs, [logits]);
        }
        return [.. _logits.Take(rows * _model.Config.Labels.Count).Chunk(_model.Config.Labels.Count).Select(Finite)];
    }

    public void Dispose() => _options.Dispose();

    private void Fill(IReadOnlyList<TokenSequence> sequences, int tokens)
    {
        for (var row = 0; row < sequences.Count; row++)
        {
            var (start, sequence) = (row * tokens, sequences[row]);
            for (var i = 0; i < tokens; i++)
            {
                var isToken = i < sequence.Length;
                _ids[start + i] = isToken ? sequence.Ids[i] : _model.Config.PadTokenId;
                _types[start + i] = isToken ? sequence.Types?[i] ?? 0 : 0;
                _mask[start + i] = isToken ? 1 : 0;
            }
        }
    }

    private static OrtValue Tensor<T>(T[] buffer, int rows, int columns) where T : unmanaged =>
        OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, buffer.AsMemory(0, rows * columns), [rows, columns]);

    private static float[] Finite(float[] logits) => Array.TrueForAll(logits, float.IsFinite)
        ? logits
        : throw new InvalidOperationException("the model's logits are not finite: the checkpoint's weights are broken or overflow");
}
