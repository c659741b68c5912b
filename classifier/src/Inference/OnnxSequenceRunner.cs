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
    private readonly long[] _ids;      // [maxTokens]
    private readonly long[] _types;    // [maxTokens]
    private readonly int[] _mask;      // [maxTokens], all 1: a sequence by itself has no padding
    private readonly float[] _logits;  // [labels]
    private readonly OrtValue _output; // [1, labels], over _logits

    public OnnxSequenceRunner(BertModel model, int maxTokens)
    {
        _model = model;
        _ids = new long[maxTokens];
        _types = new long[maxTokens];
        _mask = new int[maxTokens];
        Array.Fill(_mask, 1);
        _logits = new float[model.Config.Labels.Count];
        _output = OrtValue.CreateTensorValueFromMemory(_logits, [1, _logits.Length]);
    }

    public float[] Run(TokenSequence sequence)
    {
        using var ids = Tensor(_ids, sequence.Ids);
        using var mask = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, _mask.AsMemory(0, sequence.Length), [1, sequence.Length]);
        if (sequence.Types is null)
        {
            _model.Session.Run(_options, Inputs, [ids, mask], Outputs, [_output]);
        }
        else
        {
            using var types = Tensor(_types, sequence.Types);
            _model.Session.Run(_options, TypedInputs, [ids, mask, types], Outputs, [_output]);
        }
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

    // [1, tokens]
    private static OrtValue Tensor(long[] buffer, int[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            buffer[i] = values[i];
        }
        return OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, buffer.AsMemory(0, values.Length), [1, values.Length]);
    }
}
