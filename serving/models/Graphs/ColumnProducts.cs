using System.Runtime.InteropServices;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Products with 8-bit weights, a scale for each output. The activations of a run are rounded to 8 bits with one scale, so a
/// run must hold one sequence: beside others, its logits would depend on them.
/// </summary>
internal sealed class ColumnProducts(GraphWriter graph, CheckpointWeights weights, QuantizedFile file) : IProducts
{
    public string Product(string output, string x, string weight, bool isTransposed)
    {
        var matrix = new WeightMatrix(weights[weight], isTransposed);
        var codes = new sbyte[matrix.Inputs * matrix.Outputs]; // [inputs, outputs], as the operator takes them
        var scales = new float[matrix.Outputs];
        matrix.ForEachTile((first, count, values) =>
        {
            Span<sbyte> column = new sbyte[matrix.Inputs];
            for (var i = 0; i < count; i++)
            {
                scales[first + i] = ColumnQuantizer.Quantize(values.Slice(i * matrix.Inputs, matrix.Inputs), column);
                for (var input = 0; input < column.Length; input++)
                {
                    codes[(input * matrix.Outputs) + first + i] = column[input];
                }
            }
        });
        return graph.Fused("DynamicQuantizeMatMul", output,
        [
            x,
            Write($"{weight}:codes", DataType.Int8, [matrix.Inputs, matrix.Outputs], MemoryMarshal.AsBytes<sbyte>(codes)),
            Write($"{weight}:scales", DataType.Float, [matrix.Outputs], MemoryMarshal.AsBytes<float>(scales)),
        ]);
    }

    private string Write(string name, DataType type, long[] shape, ReadOnlySpan<byte> bytes)
    {
        var offset = file.Reserve(bytes.Length);
        file.Write(offset, bytes);
        return graph.External(name, type, shape, file.FullPath, offset, bytes.Length);
    }
}
