using System.Numerics.Tensors;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Products of 8 by 8 bits: activations with a scale for each row, so that a sequence's logits do not depend on what else is in
/// its batch, and weights with a scale for each output. Both are rotated first (<see cref="Hadamard"/>).
/// </summary>
/// <param name="unsigned">Whether weights are unsigned bytes too, as <see cref="UnsignedCodes"/> tells.</param>
internal sealed class RowProducts(GraphWriter graph, CheckpointWeights weights, QuantizedFile file, bool unsigned) : IProducts
{
    private const byte ZeroPoint = 128; // of unsigned bytes
    private const float LargestCode = 127;
    private const float LeastScale = 1e-30f; // for a row of zeros, which nothing could be divided by

    private readonly string _zeroPoint = graph.ByteConstant("row.zero_point", ZeroPoint);
    private readonly string _step = graph.Constant("row.step", [1 / LargestCode]);
    private readonly string _leastScale = graph.Constant("row.least_scale", [LeastScale]);
    private readonly string _lastAxis = graph.Constant("row.last_axis", [-1L], 1);
    private readonly string _oneColumn = graph.Constant("row.one_column", [-1L, 1], 2);
    private readonly HashSet<string> _written = [];

    public string Product(string output, string x, string weight, bool isTransposed)
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
        var (rounded, scale) = Round(output, Rotate(output, x, matrix.Inputs, block));
        var scaled = graph.Fused("MatMulIntegerToFloat", $"{output}:scaled", // [rows, outputs], of rows whose largest value is 1
            [rounded, codes, _step, scales, _zeroPoint, .. unsigned ? [_zeroPoint] : Array.Empty<string>()]);
        return graph.Standard("Mul", output, [scaled, scale]);
    }

    private string Rotate(string output, string x, int inputs, int block)
    {
        string matrix = $"row.rotation:{block}", blocks = $"row.blocks:{block}", rows = $"row.inputs:{inputs}";
        if (_written.Add(matrix))
        {
            graph.Constant(matrix, Hadamard.Matrix(block), block, block);
            graph.Constant(blocks, [-1L, block], 2);
        }
        if (_written.Add(rows))
            graph.Constant(rows, [-1L, inputs], 2);
        var split = graph.Standard("Reshape", $"{output}:blocks", [x, blocks]);
        var rotated = graph.Standard("MatMul", $"{output}:rotated_blocks", [split, matrix]);
        return graph.Standard("Reshape", $"{output}:rotated", [rotated, rows]); // [rows, inputs]
    }

    // Codes [rows, inputs] and the scale [rows, 1] that makes the largest value of each row 1.
    private (string Rounded, string Scale) Round(string output, string x)
    {
        var magnitudes = graph.Standard("Abs", $"{output}:magnitudes", [x]);
        var largest = graph.Standard("ReduceMax", $"{output}:largest", [magnitudes, _lastAxis]);
        // Of no rows at all, as where no logits are wanted, ONNX Runtime's maximum keeps the columns.
        var column = graph.Standard("Reshape", $"{output}:largest_column", [largest, _oneColumn]);
        var scale = graph.Standard("Max", $"{output}:scale", [column, _leastScale]);
        var unit = graph.Standard("Div", $"{output}:unit", [x, scale]);
        return (graph.Standard("QuantizeLinear", $"{output}:rounded", [unit, _step, _zeroPoint]), scale);
    }
}
