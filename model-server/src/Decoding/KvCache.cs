using ElasticSynapse.Serving.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ElasticSynapse.ModelServer.Decoding;

/// <summary>
/// The attention keys and values of one sequence, allocated once for the whole context. The session reads and writes them
/// in place, because each layer's buffer is bound as past and as present.
/// </summary>
internal sealed class KvCache : IDisposable
{
    public KvCache(Gpt2Config config)
    {
        // [batch 1, heads, positions, headSize]
        long[] shape = [1, config.Heads, config.Positions, config.HeadSize];
        Keys = Allocate(config.Layers, shape);
        Values = Allocate(config.Layers, shape);
    }

    /// <summary>One tensor a layer.</summary>
    public IReadOnlyList<OrtValue> Keys { get; }

    /// <summary>One tensor a layer.</summary>
    public IReadOnlyList<OrtValue> Values { get; }

    public void Dispose()
    {
        foreach (var value in Keys.Concat(Values))
        {
            value.Dispose();
        }
    }

    private static OrtValue[] Allocate(int layers, long[] shape)
    {
        var values = new OrtValue[layers];
        for (var layer = 0; layer < layers; layer++)
        {
            values[layer] = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, shape);
            // Fresh memory may hold NaNs, and attention multiplies what lies beyond the sequence by zero.
            values[layer].GetTensorMutableDataAsSpan<float>().Clear();
        }
        return values;
    }
}
