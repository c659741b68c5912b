using ElasticSynapse.Serving.Models;
using Microsoft.ML.OnnxRuntime;

namespace ElasticSynapse.Benchmarks.Classifier;

/// <summary>Runs the model on a batch, padded to its longest text.</summary>
internal static class BertRun
{
    /// <param name="model">Runs may be concurrent.</param>
    /// <param name="batch">Token ids of each text.</param>
    /// <returns>[texts, labels]</returns>
    public static float[] Run(BertModel model, IReadOnlyList<int[]> batch)
    {
        var longest = batch.Max(text => text.Length);
        var ids = new long[batch.Count * longest];
        var mask = new int[batch.Count * longest];
        for (var row = 0; row < batch.Count; row++)
        {
            for (var i = 0; i < batch[row].Length; i++)
            {
                ids[(row * longest) + i] = batch[row][i];
                mask[(row * longest) + i] = 1;
            }
        }
        long[] shape = [batch.Count, longest];
        using var options = new RunOptions();
        using var idsValue = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using var maskValue = OrtValue.CreateTensorValueFromMemory(mask, shape);
        using var logits = model.Session.Run(options, [BertModel.InputIds, BertModel.AttentionMask], [idsValue, maskValue], [BertModel.Logits]);
        return logits[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <summary>Any ids will do: speed does not depend on them.</summary>
    public static int[] Text(int seed, int tokens, int vocabulary)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, tokens).Select(_ => random.Next(vocabulary))];
    }
}
