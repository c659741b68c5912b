using ElasticSynapse.Serving.Models;
using Microsoft.ML.OnnxRuntime;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Runs a BERT model on one batch, padded at the end.</summary>
internal static class BertRun
{
    /// <summary>Logits [labels] of each row.</summary>
    public static float[][] Logits(BertModel model, params long[][] rows)
    {
        var tokens = rows.Max(r => r.Length);
        var ids = new long[rows.Length * tokens];
        var mask = new int[rows.Length * tokens];
        Array.Fill(ids, model.Config.PadTokenId);
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row].CopyTo(ids, row * tokens);
            Array.Fill(mask, 1, row * tokens, rows[row].Length);
        }
        using var idTensor = OrtValue.CreateTensorValueFromMemory(ids, [rows.Length, tokens]);
        using var maskTensor = OrtValue.CreateTensorValueFromMemory(mask, [rows.Length, tokens]);
        using var options = new RunOptions();
        using var outputs = model.Session.Run(
            options, [BertModel.InputIds, BertModel.AttentionMask], [idTensor, maskTensor], [BertModel.Logits]);
        var logits = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        return [.. logits.Chunk(model.Config.Labels.Count)];
    }
}
