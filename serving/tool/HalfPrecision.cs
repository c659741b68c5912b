using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tool;

/// <summary>Rounds weights to 16-bit floats, to the nearest and ties to even.</summary>
internal static class HalfPrecision
{
    private const int WindowElements = 1 << 20;

    /// <exception cref="CheckpointException">A weight is finite, but not as a 16-bit float.</exception>
    public static void Write(Stream output, ITensorSource source, StoredTensor tensor)
    {
        using var reader = new FloatReader(tensor);
        var elements = tensor.ByteLength / tensor.Type.Size();
        var window = new float[Math.Min(WindowElements, elements)];
        var halves = new Half[window.Length];
        for (long start = 0; start < elements; start += WindowElements)
        {
            var values = window.AsSpan(0, (int)Math.Min(WindowElements, elements - start));
            reader.Read(start, values);
            TensorPrimitives.ConvertToHalf(values, halves);
            for (var i = 0; i < values.Length; i++)
            {
                if (float.IsFinite(values[i]) && !Half.IsFinite(halves[i]))
                    throw Refusal.OfTensor(source.Description, tensor.Name, FormattableString.Invariant($"the weight {values[i]}"), "at most 65,504 in fp16");
            }
            output.Write(MemoryMarshal.AsBytes(halves.AsSpan(0, values.Length)));
        }
    }
}
