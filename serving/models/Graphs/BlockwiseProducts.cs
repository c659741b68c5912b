using System.Runtime.InteropServices;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;
using static ElasticSynapse.Serving.Models.OnnxAttribute;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Products with weights in blocks of 4 bits. The activations are rounded to 8 bits row by row, so a sequence's logits
/// do not depend on what else is in its batch.
/// </summary>
internal sealed class BlockwiseProducts(GraphWriter graph, CheckpointWeights weights, QuantizedFile file) : IProducts
{
    private const int Int8Activations = 4; // the operator's accuracy_level

    public RowValues Product(string output, RowValues x, string weight, bool isTransposed)
    {
        var matrix = new WeightMatrix(weights[weight], isTransposed);
        var format = BlockFormat.For(matrix.Inputs);
        var (codes, scales) = Quantize(weight, matrix, format);
        return new RowValues(graph.Fused("MatMulNBits", output, [x.Values, codes, scales],
            Int("K", matrix.Inputs), Int("N", matrix.Outputs), Int("bits", BlockFormat.Bits), Int("block_size", format.Size),
            Int("accuracy_level", Int8Activations)));
    }

    private (string Codes, string Scales) Quantize(string weight, WeightMatrix matrix, BlockFormat format)
    {
        var blocks = format.Blocks(matrix.Inputs);
        var outputBytes = blocks * format.BytesPerBlock;
        long codeBytes = (long)matrix.Outputs * outputBytes, scaleBytes = (long)matrix.Outputs * blocks * sizeof(float);
        long codesAt = file.Reserve(codeBytes), scalesAt = file.Reserve(scaleBytes);
        matrix.ForEachTile((first, count, values) =>
        {
            var codes = new byte[count * outputBytes];
            var scales = new float[count * blocks];
            for (var output = 0; output < count; output++)
            {
                BlockQuantizer.Quantize(values.Slice(output * matrix.Inputs, matrix.Inputs), format,
                    codes.AsSpan(output * outputBytes, outputBytes), scales.AsSpan(output * blocks, blocks));
            }
            file.Write(codesAt + ((long)first * outputBytes), codes);
            file.Write(scalesAt + ((long)first * blocks * sizeof(float)), MemoryMarshal.AsBytes<float>(scales));
        });
        return (
            graph.External($"{weight}:codes", DataType.Uint8, [matrix.Outputs, blocks, format.BytesPerBlock], file.FullPath, codesAt, codeBytes),
            graph.External($"{weight}:scales", DataType.Float, [matrix.Outputs, blocks], file.FullPath, scalesAt, scaleBytes));
    }
}
