using ElasticSynapse.Serving.Models.Onnx;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;
using static ElasticSynapse.Serving.Models.OnnxAttribute;

namespace ElasticSynapse.Serving.Models;

/// <summary>Leaves large embeddings in their files, for <see cref="TableRowsOperator"/> to read rows of.</summary>
internal static class TablesInFiles
{
    private const long LeastBytes = 1 << 24; // a smaller one is not worth a read for each row

    /// <param name="model">With the full paths of its weights' files.</param>
    public static void Apply(ModelProto model, long leastBytes = LeastBytes)
    {
        var graph = model.Graph;
        var weights = ExternalData.Weights(model).ToDictionary(weight => weight.Name, StringComparer.Ordinal);
        foreach (var node in graph.Node.Where(node => node is { OpType: "Gather", Domain: "", Attribute.Count: 0 }).ToArray())
        {
            // A table of another type goes through a cast to floats.
            var cast = graph.Node.SingleOrDefault(other => other.OpType == "Cast" && other.Output[0] == node.Input[0]);
            var name = cast?.Input[0] ?? node.Input[0];
            if (!weights.TryGetValue(name, out var table) || table.Dims.Count != 2 || ExternalData.ByteLength(table) < leastBytes
                || Type(table) is not { } type || (cast is null ? type != TensorType.F32 : cast.Attribute[0].I != (long)DataType.Float)
                || IsUsedElsewhere(name, cast ?? node) || (cast is not null && IsUsedElsewhere(cast.Output[0], node)))
            {
                continue;
            }
            graph.Initializer.Remove(table);
            if (cast is not null)
                graph.Node.Remove(cast);
            node.Input.RemoveAt(0);
            (node.OpType, node.Domain) = (TableRowsOperator.Name, CustomOperators.Domain);
            node.Attribute.Add(String(TableRowsOperator.FileAttribute, ExternalData.File(table)));
            node.Attribute.Add(Int(TableRowsOperator.OffsetAttribute, ExternalData.Offset(table)));
            node.Attribute.Add(Int(TableRowsOperator.TypeAttribute, (long)type));
            node.Attribute.Add(Int(TableRowsOperator.RowsAttribute, table.Dims[0]));
            node.Attribute.Add(Int(TableRowsOperator.WidthAttribute, table.Dims[1]));
        }

        bool IsUsedElsewhere(string value, NodeProto user) => graph.Node.Any(node => node != user && node.Input.Contains(value));
    }

    private static TensorType? Type(TensorProto table) => (DataType)table.DataType switch
    {
        DataType.Float => TensorType.F32,
        DataType.Float16 => TensorType.F16,
        DataType.Bfloat16 => TensorType.BF16,
        _ => null,
    };
}
