using System.Runtime.InteropServices;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Products with 8-bit weights, a scale for each output. The activations of a run are rounded to 8 bits with one scale, so a
/// run must hold one sequence: beside others, its logits would depend on them.
/// </summary>
internal sealed class ColumnProducts(GraphWriter graph, CheckpointWeights weights, QuantizedFile file) : IProducts
{
    public RowValues Product(string output, RowValues x, string weight, bool isTransposed)
    {
        var matrix = new WeightMatrix(weights[weight], isTransposed);
        var (codes, scales) = RoundedColumns.Write(graph, file, weight, matrix, DataType.Int8,
            (values, codes) => ColumnQuantizer.Quantize(values, MemoryMarshal.Cast<byte, sbyte>(codes)));
        return new RowValues(graph.Fused("DynamicQuantizeMatMul", output, [x.Values, codes, scales]));
    }
}
