using System.Numerics.Tensors;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Products of 8 by 8 bits: activations with a scale for each row, so that a sequence's logits do not depend on what else is in
/// its batch, and weights with a scale for each output. Both were rotated first (<see cref="Hadamard"/>), the activations by
/// <see cref="FusedSteps"/>.
/// </summary>
/// <param name="unsigned">Whether weights are unsigned bytes too, as <see cref="UnsignedCodes"/> tells.</param>
internal sealed class RowProducts(GraphWriter graph, CheckpointWeights weights, QuantizedFile file, bool unsigned) : IProducts
{
    private const byte ZeroPoint = 128; // of unsigned bytes

    private readonly string _zeroPoint = graph.ByteConstant("row.zero_point", ZeroPoint);
    private readonly string _one = graph.Constant("row.one", [1f]);

    public RowValues Product(string output, RowValues x, string weight, bool isTransposed)
    {
        var matrix = new WeightMatrix(weights[weight], isTransposed);
        var block = Hadamard.BlockFor(matrix.Inputs);
        var (codes, scales) = RoundedColumns.Write(graph, file, weight, matrix, unsigned ? DataType.Uint8 : DataType.Int8, (values, codes) =>
        {
            Hadamard.RotateBack(values, block);
            var columnScale = BlockQuantizer.Quantize(values, ZeroPoint, codes);
            if (!unsigned)
                TensorPrimitives.Xor(codes, ZeroPoint, codes);
            return columnScale;
        });
        return new RowValues(graph.Fused("MatMulIntegerToFloat", output, // [rows, outputs]
            [x.Values, codes, _one, scales, _zeroPoint, .. unsigned ? [_zeroPoint] : Array.Empty<string>()]), x.Scales);
    }
}
