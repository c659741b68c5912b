using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Products of 8 by 8 bits: activations with a scale for each row, so that a sequence's logits do not depend on what else is in
/// its batch, and weights with a scale for each output. Both were rotated first (<see cref="Hadamard"/>), the activations by
/// <see cref="FusedSteps"/>.
/// </summary>
/// <param name="codes">How weights are rounded.</param>
internal sealed class RowProducts(GraphWriter graph, CheckpointWeights weights, QuantizedFile file, WeightCodes codes) : IProducts
{
    private const byte ZeroPoint = 128; // of unsigned bytes

    private readonly string _zeroPoint = graph.ByteConstant("row.zero_point", ZeroPoint);
    private readonly string _one = graph.Constant("row.one", [1f]);

    private bool IsUnsigned => codes == WeightCodes.UnsignedBytes;

    public RowValues Product(string output, RowValues x, string weight, bool isTransposed)
    {
        var matrix = new WeightMatrix(weights[weight], isTransposed);
        var block = Hadamard.BlockFor(matrix.Inputs);
        var (bytes, scales) = RoundedColumns.Write(graph, file, weight, matrix, IsUnsigned ? DataType.Uint8 : DataType.Int8, (values, bytes) =>
        {
            Hadamard.RotateBack(values, block);
            return Round(values, bytes);
        });
        return new RowValues(graph.Fused("MatMulIntegerToFloat", output, // [rows, outputs]
            [x.Values, bytes, _one, scales, _zeroPoint, .. IsUnsigned ? [_zeroPoint] : Array.Empty<string>()]), x.Scales);
    }

    private float Round(Span<float> values, Span<byte> bytes)
    {
        if (codes == WeightCodes.SevenBits)
            return SevenBitQuantizer.Quantize(values, MemoryMarshal.Cast<byte, sbyte>(bytes));
        var scale = BlockQuantizer.Quantize(values, ZeroPoint, bytes);
        if (!IsUnsigned)
            TensorPrimitives.Xor(bytes, ZeroPoint, bytes);
        return scale;
    }
}
