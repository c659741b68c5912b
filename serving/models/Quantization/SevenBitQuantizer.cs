using System.Numerics.Tensors;

namespace ElasticSynapse.Serving.Models;

/// <summary>Rounds the weights of one output to 7 of the 8 bits of signed bytes, with one scale: a weight is code * scale.</summary>
internal static class SevenBitQuantizer
{
    // 7 of the 8 bits: without VNNI, a processor adds two products of 8 by 8 bits in 16 bits and saturates, which did 45 times
    // the damage of the bit (docs/precision.md). The same codes everywhere, so that answers are alike.
    private const int LargestCode = 63;

    /// <param name="weights">[inputs]</param>
    /// <param name="codes">[inputs]</param>
    /// <returns>The scale; NaN or infinite where a weight is, so that the logits show it.</returns>
    public static float Quantize(ReadOnlySpan<float> weights, Span<sbyte> codes)
    {
        var scale = MathF.Abs(TensorPrimitives.MaxMagnitude(weights)) / LargestCode;
        if (scale == 0)
        {
            codes.Clear();
            return 0;
        }
        var steps = new float[weights.Length];
        TensorPrimitives.Divide(weights, scale, steps);
        TensorPrimitives.Round(steps, steps);
        TensorPrimitives.ConvertSaturating<float, sbyte>(steps, codes);
        return scale;
    }
}
