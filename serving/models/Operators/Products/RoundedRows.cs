using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ElasticSynapse.Serving.Models;

/// <summary>Activations in bytes: a value is (code - zero point) * scale.</summary>
internal unsafe struct RoundedRows
{
    private const int Steps = byte.MaxValue; // between the lowest and the highest value

    public byte* Codes; // [rows, inputs]
    public int ZeroPoint;
    public float Scale;

    /// <summary>Rounds all values with one scale, as ONNX's DynamicQuantizeLinear does, to the same codes.</summary>
    /// <param name="codes">As many, out.</param>
    /// <returns>With a scale of NaN or infinity where a value is, so that the scores show it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static RoundedRows Round(float* values, int count, byte* codes)
    {
        var span = new ReadOnlySpan<float>(values, count);
        var least = count == 0 ? 0 : MathF.Min(TensorPrimitives.Min(span), 0);
        var most = count == 0 ? 0 : MathF.Max(TensorPrimitives.Max(span), 0);
        var scale = most == least ? 1 : (most - least) / Steps;
        var zeroPoint = (int)MathF.Round(Math.Clamp(-least / scale, 0, Steps));
        Vector512<float> lowest = Vector512.Create((float)-zeroPoint), highest = Vector512.Create((float)(Steps - zeroPoint));
        var i = 0;
        for (; i <= count - Vector512<byte>.Count; i += Vector512<byte>.Count)
        {
            var low = Vector512.Narrow(Code(values + i, scale, lowest, highest), Code(values + i + 16, scale, lowest, highest));
            var high = Vector512.Narrow(Code(values + i + 32, scale, lowest, highest), Code(values + i + 48, scale, lowest, highest));
            (Vector512.Narrow(low, high) + Vector512.Create((byte)zeroPoint)).Store(codes + i);
        }
        for (; i < count; i++)
        {
            codes[i] = (byte)((int)MathF.Round(Math.Clamp(values[i] / scale, -zeroPoint, Steps - zeroPoint)) + zeroPoint);
        }
        return new RoundedRows { Codes = codes, ZeroPoint = zeroPoint, Scale = scale };
    }

    // In the lowest byte, less the zero point.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Code(float* at, float scale, Vector512<float> lowest, Vector512<float> highest)
    {
        var steps = Vector512.Min(Vector512.Max(Vector512.Load(at) / scale, lowest), highest);
        return Vector512.ConvertToInt32Native(Vector512.Round(steps)).AsUInt32();
    }
}
