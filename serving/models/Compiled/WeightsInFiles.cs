using ElasticSynapse.Serving.Models.Onnx;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;
using static ElasticSynapse.Serving.Models.OnnxAttribute;

namespace ElasticSynapse.Serving.Models;

/// <summary>Leaves large weights in their files, for operators of our own to read them from there.</summary>
internal static class WeightsInFiles
{
    /// <summary>Of an embedding: a smaller one is not worth a read for each row.</summary>
    public const long LeastTableBytes = 1 << 24;

    /// <param name="model">With the full paths of its weights' files.</param>
    /// <param name="leastTableBytes">Of an embedding.</param>
    public static void Apply(ModelProto model, long leastTableBytes = LeastTableBytes)
    {
        var weights = ExternalData.Weights(model).ToDictionary(weight => weight.Name, StringComparer.Ordinal);
        foreach (var node in model.Graph.Node.ToArray())
        {
            if (node is { OpType: "Gather", Domain: "", Attribute.Count: 0 })
            {
                if (TakeMatrix(model.Graph, weights, node, input: 0, leastTableBytes) is { } table)
                    Replace(node, TableRowsOperator.Name, Stored(table, StoredType(table)!.Value));
            }
            else if (StripProduct.IsSupported && IsProduct(node, out var isTransposed) && TakeMatrix(model.Graph, weights, node, input: 1) is { } matrix)
            {
                Replace(node, ProductOperator.Name, Stored(matrix, StoredType(matrix)!.Value));
                node.Attribute.Add(Int(ProductOperator.TransposedAttribute, isTransposed ? 1 : 0));
            }
            else if (IsInt8Product(node) && Int8Tile.IsSupported && TakeInt8Matrix(model.Graph, weights, node) is var (codes, scales))
            {
                Replace(node, Int8ProductOperator.Name, codes);
                node.Attribute.Add(TensorAttributes.Of(scales, Int8ProductOperator.ScalesPrefix));
            }
            else if (node.OpType == "MatMulNBits" && Int4Tile.IsSupported)
            {
                TakeInt4Matrix(model.Graph, weights, node);
            }
        }
        if (!model.Graph.Node.Any(node => node.OpType == "MatMulNBits"))
        {
            RowPairs.Remove(model.Graph);
        }

        // Of bytes around 128 that have no scale.
        bool IsInt8Product(NodeProto node) => node is { OpType: "MatMulIntegerToFloat", Input: [_, _, var scale, _, var zeroPoint] }
            && IsConstant(scale, BitConverter.GetBytes(1f)) && IsConstant(zeroPoint, [Int8Matrix.ZeroPoint]);

        bool IsConstant(string name, byte[] value) => model.Graph.Initializer.Any(constant => constant.Name == name && constant.RawData.Span.SequenceEqual(value));
    }

    private static bool IsProduct(NodeProto node, out bool isTransposed)
    {
        isTransposed = node.OpType == "FusedMatMul" && node.Attribute is [{ Name: "transB", I: 1 }];
        return isTransposed || node is { OpType: "MatMul", Domain: "" };
    }

    // Out of the graph, with the scale of each output. Null if it does not fit the operator, or is not only this node's.
    private static (StoredTensor Codes, StoredTensor Scales)? TakeInt8Matrix(GraphProto graph, Dictionary<string, TensorProto> weights, NodeProto node)
    {
        if (!weights.TryGetValue(node.Input[1], out var codes) || !weights.TryGetValue(node.Input[3], out var scales)
            || codes is not { DataType: (int)DataType.Int8, Dims: [var inputs, var outputs] } || inputs % Avx512Code.Group != 0 || inputs > Int8Matrix.MostInputs
            || scales is not { DataType: (int)DataType.Float, Dims: [var length] } || length != outputs
            || IsUsedElsewhere(graph, codes.Name, node) || IsUsedElsewhere(graph, scales.Name, node))
        {
            return null;
        }
        graph.Initializer.Remove(codes);
        graph.Initializer.Remove(scales);
        var x = node.Input[0];
        node.Input.Clear();
        node.Input.Add(x);
        return (Stored(codes, TensorType.I8), Stored(scales, TensorType.F32));
    }

    // Leaves alone what is not as BlockwiseProducts writes it.
    private static void TakeInt4Matrix(GraphProto graph, Dictionary<string, TensorProto> weights, NodeProto node)
    {
        var attributes = node.Attribute.ToDictionary(attribute => attribute.Name, attribute => attribute.I, StringComparer.Ordinal);
        var format = new BlockFormat((int)attributes.GetValueOrDefault("block_size"));
        var inputs = attributes.GetValueOrDefault("K");
        if (node.Input is not [var x, var codesName, var scalesName]
            || attributes.GetValueOrDefault("bits") != BlockFormat.Bits || format.Size < BlockFormat.SmallestBlock || inputs is < 1 or > int.MaxValue
            || !weights.TryGetValue(codesName, out var codes) || !weights.TryGetValue(scalesName, out var scales)
            || codes is not { DataType: (int)DataType.Uint8, Dims: [var outputs, var blocks, var bytes] }
            || blocks != format.Blocks((int)inputs) || bytes != format.BytesPerBlock
            || scales.DataType != (int)DataType.Float || ExternalData.ByteLength(scales) != outputs * blocks * sizeof(float)
            || IsUsedElsewhere(graph, codes.Name, node) || IsUsedElsewhere(graph, scales.Name, node))
        {
            return;
        }
        graph.Initializer.Remove(codes);
        graph.Initializer.Remove(scales);
        node.Input.Clear();
        node.Input.Add(x);
        Replace(node, Int4ProductOperator.Name, Stored(codes, TensorType.U8) with { Shape = [outputs, blocks * bytes] });
        node.Attribute.Add(TensorAttributes.Of(Stored(scales, TensorType.F32) with { Shape = [outputs, blocks] }, Int4ProductOperator.ScalesPrefix));
        node.Attribute.Add(Int(Int4ProductOperator.InputsAttribute, inputs));
        node.Attribute.Add(Int(Int4ProductOperator.BlockAttribute, format.Size));
    }

    private static bool IsUsedElsewhere(GraphProto graph, string value, NodeProto user) =>
        graph.Node.Any(other => other != user && other.Input.Contains(value));

    // Out of the graph, with the cast of one of another type. Null if it is no matrix of floats, or not only this node's.
    private static TensorProto? TakeMatrix(GraphProto graph, Dictionary<string, TensorProto> weights, NodeProto node, int input, long leastBytes = 0)
    {
        var cast = graph.Node.SingleOrDefault(other => other.OpType == "Cast" && other.Output[0] == node.Input[input]);
        var name = cast?.Input[0] ?? node.Input[input];
        if (!weights.TryGetValue(name, out var matrix) || matrix.Dims.Count != 2 || ExternalData.ByteLength(matrix) < leastBytes
            || StoredType(matrix) is not { } type || (cast is null ? type != TensorType.F32 : cast.Attribute[0].I != (long)DataType.Float)
            || IsUsedElsewhere(graph, name, cast ?? node) || (cast is not null && IsUsedElsewhere(graph, cast.Output[0], node)))
        {
            return null;
        }
        graph.Initializer.Remove(matrix);
        if (cast is not null)
            graph.Node.Remove(cast);
        node.Input.RemoveAt(input);
        return matrix;
    }

    private static void Replace(NodeProto node, string op, StoredTensor matrix)
    {
        (node.OpType, node.Domain) = (op, CustomOperators.Domain);
        node.Attribute.Clear();
        node.Attribute.Add(TensorAttributes.Of(matrix));
    }

    private static StoredTensor Stored(TensorProto weight, TensorType type) =>
        new(weight.Name, type, weight.Dims, ExternalData.File(weight), ExternalData.Offset(weight), ExternalData.ByteLength(weight));

    private static TensorType? StoredType(TensorProto matrix) => (DataType)matrix.DataType switch
    {
        DataType.Float => TensorType.F32,
        DataType.Float16 => TensorType.F16,
        DataType.Bfloat16 => TensorType.BF16,
        _ => null,
    };
}
