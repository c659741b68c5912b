using System.Numerics.Tensors;

namespace ElasticSynapse.Serving.Models;

/// <summary>Rounds weights to unsigned codes: with a scale a block, or with one. IEEE arithmetic in a fixed order: the same bytes on every machine.</summary>
internal static class BlockQuantizer
{
    private const int StepsAtOnce = 256; // bounds what lies on the stack

    /// <summary>Rounds the weights of one output to a <see cref="BlockFormat"/>.</summary>
    /// <param name="weights">[inputs]</param>
    /// <param name="codes">[blocks, bytes]</param>
    /// <param name="scales">[blocks]; NaN or infinite where a weight is, so that the logits show it.</param>
    public static void Quantize(ReadOnlySpan<float> weights, BlockFormat format, Span<byte> codes, Span<float> scales)
    {
        Span<byte> unpacked = stackalloc byte[format.Size];
        for (var block = 0; block < scales.Length; block++)
        {
            var start = block * format.Size;
            var values = weights.Slice(start, Math.Min(format.Size, weights.Length - start));
            unpacked[values.Length..].Fill(BlockFormat.ZeroPoint);
            scales[block] = Quantize(values, BlockFormat.ZeroPoint, unpacked);
            Pack(unpacked, codes.Slice(block * format.BytesPerBlock, format.BytesPerBlock));
        }
    }

    /// <summary>
    /// Rounds values to codes with one scale. The value farthest from zero gets code 0, whatever its sign, so that all codes are
    /// of use: there is one more below zero than above.
    /// </summary>
    /// <param name="zeroPoint">The code of 0: half of how many codes there are.</param>
    /// <param name="codes">At least as many as values.</param>
    /// <returns>The scale; NaN or infinite where a value is.</returns>
    public static float Quantize(ReadOnlySpan<float> values, int zeroPoint, Span<byte> codes)
    {
        var scale = TensorPrimitives.MaxMagnitude(values) / -zeroPoint;
        if (scale == 0)
        {
            codes[..values.Length].Fill((byte)zeroPoint);
            return 0;
        }
        Span<float> buffer = stackalloc float[Math.Min(values.Length, StepsAtOnce)];
        for (var start = 0; start < values.Length; start += buffer.Length)
        {
            var steps = buffer[..Math.Min(buffer.Length, values.Length - start)];
            TensorPrimitives.Divide(values.Slice(start, steps.Length), scale, steps);
            TensorPrimitives.Round(steps, steps);
            TensorPrimitives.Min(steps, zeroPoint - 1, steps); // the other end of the range is no farther than the lowest code
            TensorPrimitives.Add(steps, zeroPoint, steps);
            TensorPrimitives.ConvertSaturating<float, byte>(steps, codes.Slice(start, steps.Length));
        }
        return scale;
    }

    private static void Pack(ReadOnlySpan<byte> codes, Span<byte> packed)
    {
        for (var i = 0; i < packed.Length; i++)
        {
            packed[i] = (byte)(codes[2 * i] | (codes[(2 * i) + 1] << 4));
        }
    }
}
