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
                    Replace(node, TableRowsOperator.Name, table);
            }
            else if (StripProduct.IsSupported && IsProduct(node, out var isTransposed) && TakeMatrix(model.Graph, weights, node, input: 1) is { } matrix)
            {
                Replace(node, ProductOperator.Name, matrix);
                node.Attribute.Add(Int(ProductOperator.TransposedAttribute, isTransposed ? 1 : 0));
            }
        }
    }

    private static bool IsProduct(NodeProto node, out bool isTransposed)
    {
        isTransposed = node.OpType == "FusedMatMul" && node.Attribute is [{ Name: "transB", I: 1 }];
        return isTransposed || node is { OpType: "MatMul", Domain: "" };
    }

    // Out of the graph, with the cast of one of another type. Null if it is no matrix of floats, or not only this node's.
    private static TensorProto? TakeMatrix(GraphProto graph, Dictionary<string, TensorProto> weights, NodeProto node, int input, long leastBytes = 0)
    {
        var cast = graph.Node.SingleOrDefault(other => other.OpType == "Cast" && other.Output[0] == node.Input[input]);
        var name = cast?.Input[0] ?? node.Input[input];
        if (!weights.TryGetValue(name, out var matrix) || matrix.Dims.Count != 2 || ExternalData.ByteLength(matrix) < leastBytes
            || StoredType(matrix) is not { } type || (cast is null ? type != TensorType.F32 : cast.Attribute[0].I != (long)DataType.Float)
            || IsUsedElsewhere(name, cast ?? node) || (cast is not null && IsUsedElsewhere(cast.Output[0], node)))
        {
            return null;
        }
        graph.Initializer.Remove(matrix);
        if (cast is not null)
            graph.Node.Remove(cast);
        node.Input.RemoveAt(input);
        return matrix;

        bool IsUsedElsewhere(string value, NodeProto user) => graph.Node.Any(other => other != user && other.Input.Contains(value));
    }

    private static void Replace(NodeProto node, string op, TensorProto matrix)
    {
        (node.OpType, node.Domain) = (op, CustomOperators.Domain);
        node.Attribute.Clear();
        node.Attribute.Add(TensorAttributes.Of(new StoredTensor(
            matrix.Name, StoredType(matrix)!.Value, matrix.Dims, ExternalData.File(matrix), ExternalData.Offset(matrix), ExternalData.ByteLength(matrix))));
    }

    private static TensorType? StoredType(TensorProto matrix) => (DataType)matrix.DataType switch
    {
        DataType.Float => TensorType.F32,
        DataType.Float16 => TensorType.F16,
        DataType.Bfloat16 => TensorType.BF16,
        _ => null,
    };
}
