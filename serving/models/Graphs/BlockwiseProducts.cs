using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;
using static ElasticSynapse.Serving.Models.OnnxAttribute;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Products with weights in blocks of 8 or 4 bits. The activations are rounded to 8 bits row by row, so a sequence's logits
/// do not depend on what else is in its batch.
/// </summary>
/// <param name="isBatched">Whether x is [rows, inputs] of several sequences, so that a row's product must be its own to the
/// last bit, however many rows there are.</param>
internal sealed class BlockwiseProducts(
    GraphWriter graph, CheckpointWeights weights, ExternalDataFolder folder, QuantizedFile file, int bits, bool isBatched) : IProducts
{
    private const int Int8Activations = 4; // the operator's accuracy_level

    private readonly HashSet<string> _constants = [];

    // Without AVX-512, ONNX Runtime multiplies a single row with 4-bit weights by another kernel, which adds in another order:
    // a sequence alone would get other last bits than in a batch. A row of zeros behind the others keeps that kernel out; at
    // one row it costs a sixth of the time.
    private bool MustNotRunOneRow => isBatched && bits == 4 && !Avx512BW.IsSupported;

    public string Product(string output, string x, string weight, bool isTransposed)
    {
        var matrix = new WeightMatrix(weights[weight], isTransposed);
        var format = BlockFormat.For(bits, matrix.Inputs);
        var (codes, scales) = Quantize(weight, matrix, format);
        if (!MustNotRunOneRow)
        {
            return Multiply(output, x);
        }
        var filled = graph.Standard("Concat", $"{output}:filled", [x, ZeroRow(matrix.Inputs)], Int("axis", 0));
        var product = Multiply($"{output}:product", filled);
        return graph.Standard("Slice", output, [product, Indices("first_row", 0), Indices("last_row", -1)]);

        string Multiply(string y, string of) => graph.Fused("MatMulNBits", y, [of, codes, scales],
            Int("K", matrix.Inputs), Int("N", matrix.Outputs), Int("bits", bits), Int("block_size", format.Size),
            Int("accuracy_level", Int8Activations));
    }

    private string ZeroRow(int inputs)
    {
        var name = $"zero_row:{inputs}";
        return _constants.Add(name) ? graph.Constant(name, new float[inputs], 1, inputs) : name;
    }

    private string Indices(string name, long index) => _constants.Add(name) ? graph.Constant(name, [index], 1) : name;

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
            graph.External($"{weight}:codes", DataType.Uint8, [matrix.Outputs, blocks, format.BytesPerBlock], folder.Location(file.FullPath), codesAt, codeBytes),
            graph.External($"{weight}:scales", DataType.Float, [matrix.Outputs, blocks], folder.Location(file.FullPath), scalesAt, scaleBytes));
    }
}
