using System.Runtime.InteropServices;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;

namespace ElasticSynapse.Serving.Models;

/// <summary>Weights in bytes with a scale for each output, as ONNX Runtime's integer products take them.</summary>
internal static class RoundedColumns
{
    /// <summary>Rounds the weights of one output.</summary>
    /// <param name="weights">[inputs]; may be changed.</param>
    /// <param name="codes">[inputs]</param>
    /// <returns>The scale.</returns>
    public delegate float Rounding(Span<float> weights, Span<byte> codes);

    /// <summary>Writes codes [inputs, outputs] and scales [outputs] to the file, and names them in the graph.</summary>
    /// <param name="type">Of the codes: signed or unsigned bytes.</param>
    public static (string Codes, string Scales) Write(
        GraphWriter graph, QuantizedFile file, string weight, WeightMatrix matrix, DataType type, Rounding round)
    {
        var codes = new byte[(long)matrix.Inputs * matrix.Outputs];
        var scales = new float[matrix.Outputs];
        matrix.ForEachTile((first, count, values) =>
        {
            var tile = new byte[values.Length]; // [count, inputs]
            for (var output = 0; output < count; output++)
            {
                var at = output * matrix.Inputs;
                scales[first + output] = round(values.Slice(at, matrix.Inputs), tile.AsSpan(at, matrix.Inputs));
            }
            for (var input = 0; input < matrix.Inputs; input++)
            {
                var row = codes.AsSpan((input * matrix.Outputs) + first, count);
                for (var output = 0; output < row.Length; output++)
                {
                    row[output] = tile[(output * matrix.Inputs) + input];
                }
            }
        });
        return (
            Write(graph, file, $"{weight}:codes", type, [matrix.Inputs, matrix.Outputs], codes),
            Write(graph, file, $"{weight}:scales", DataType.Float, [matrix.Outputs], MemoryMarshal.AsBytes<float>(scales)));
    }

    private static string Write(GraphWriter graph, QuantizedFile file, string name, DataType type, long[] shape, ReadOnlySpan<byte> bytes)
    {
        var offset = file.Reserve(bytes.Length);
        file.Write(offset, bytes);
        return graph.External(name, type, shape, file.FullPath, offset, bytes.Length);
    }
}
