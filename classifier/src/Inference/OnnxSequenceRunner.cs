using ElasticSynapse.Serving.Models;
using Microsoft.ML.OnnxRuntime;

namespace ElasticSynapse.Classifier.Inference;

/// <summary>Runs ONNX Runtime on buffers that it keeps from run to run.</summary>
internal sealed class OnnxSequenceRunner : ISequenceRunner
{
    private static readonly string[] Inputs = [BertModel.InputIds, BertModel.AttentionMask];
    private static readonly string[] Outputs = [BertModel.Logits];

    private readonly BertModel _model; // shared by all runners; runs may be concurrent
    private readonly RunOptions _options = new();
    private readonly long[] _ids;      // [maxTokens]
    private readonly int[] _mask;      // [maxTokens], all 1: a sequence by itself has no padding
    private readonly float[] _logits;  // [labels]
    private readonly OrtValue _output; // [1, labels], over _logits

    public OnnxSequenceRunner(BertModel model, int maxTokens)
    {
        _model = model;
        _ids = new long[maxTokens];
        _mask = new int[maxTokens];
        Array.Fill(_mask, 1);
        _logits = new float[model.Config.Labels.Count];
        _output = OrtValue.CreateTensorValueFromMemory(_logits, [1, _logits.Length]);
    }

    public float[] Run(ReadOnlySpan<int> sequence)
    {
        for (var i = 0; i < sequence.Length; i++)
        {
            _ids[i] = sequence[i];
        }
        long[] shape = [1, sequence.Length];
        using var ids = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, _ids.AsMemory(0, sequence.Length), shape);
        using var mask = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, _mask.AsMemory(0, sequence.Length), shape);
        _model.Session.Run(_options, Inputs, [ids, mask], Outputs, [_output]);
        if (Array.Exists(_logits, logit => !float.IsFinite(logit)))
        {
            throw new InvalidOperationException("the model's logits are not finite: the checkpoint's weights are broken or overflow");
        }
        return [.. _logits];
    }

    public void Dispose()
    {
        _output.Dispose();
        _options.Dispose();
    }
}
