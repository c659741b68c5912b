using ElasticSynapse.Serving.Models.Onnx;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;
using static ElasticSynapse.Serving.Models.OnnxAttribute;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Attention over a KV cache by an operator of our own. Keys and values are halves where products are of 8 or 4 bits, whose rounding
/// is coarser by far: attention of many sequences waits for memory, and half of it is enough then.
/// </summary>
internal static class CacheAttention
{
    private const int CacheInput = 3;

    private static readonly HashSet<string> CoarseProducts =
        ["MatMulIntegerToFloat", "MatMulNBits", Int8ProductOperator.Name, Int4ProductOperator.Name];

    /// <summary>Where this processor can, by <see cref="AttentionOperator"/>.</summary>
    public static void Apply(GraphProto graph)
    {
        var attentions = graph.Node.Where(node => node.OpType == "GroupQueryAttention").ToArray();
        var isHalf = graph.Node.Any(node => CoarseProducts.Contains(node.OpType));
        if (!attentions.All(node =>
            Cache(graph, node) is { ElemType: (int)DataType.Float } cache && HeadAttention.For(isHalf, cache.Shape.Dim[^1].DimValue) is not null))
        {
            return;
        }
        foreach (var node in attentions)
        {
            Replace(graph, node, isHalf);
        }
    }

    /// <summary>Whether all operators of an opened model give a token the same bits, however many tokens a run has: ours, and exact
    /// sums of whole numbers.</summary>
    public static bool RunsTokensAlike(GraphProto graph) =>
        graph.Node.Any(node => node.OpType is AttentionOperator.Name or AttentionOperator.HalfName)
        && !graph.Node.Any(node => node.OpType is "MatMul" or "FusedMatMul" or "MatMulNBits");

    private static TypeProto.Types.Tensor Cache(GraphProto graph, NodeProto attention) =>
        graph.Input.Single(input => input.Name == attention.Input[CacheInput]).Type.TensorType;

    private static void Replace(GraphProto graph, NodeProto node, bool isHalf)
    {
        if (node.Input is not [var x, "", "", var keys, var values, var lastIndices, _])
        {
            throw new InvalidOperationException($"attention of {node.Input.Count} inputs, which Gpt2Graph does not write");
        }
        var attributes = node.Attribute.ToDictionary(attribute => attribute.Name, StringComparer.Ordinal);
        node.Attribute.Clear();
        node.Attribute.Add(Int(AttentionOperator.HeadsAttribute, attributes["num_heads"].I));
        node.Attribute.Add(Float(AttentionOperator.ScaleAttribute, attributes["scale"].F));
        (node.OpType, node.Domain) = (isHalf ? AttentionOperator.HalfName : AttentionOperator.Name, CustomOperators.Domain);
        node.Input.Clear();
        node.Input.AddRange([.. TakeProduct(graph, x), keys, values, lastIndices]);
        if (isHalf)
        {
            string[] caches = [keys, values, .. node.Output.Skip(1)];
            foreach (var value in graph.Input.Concat(graph.Output).Where(value => caches.Contains(value.Name)))
                value.Type.TensorType.ElemType = (int)DataType.Float16;
        }
    }

    // What the bias and the rows' scales were added to, where nothing else needs that, and both: the operator does it on the way.
    private static string[] TakeProduct(GraphProto graph, string x)
    {
        var shape = Maker(x);
        var finish = shape is { OpType: "Reshape" } ? Maker(shape.Input[0]) : null;
        if (finish is not { OpType: RowsOperator.Name, Input: [var product, var scales, var bias], Output: ["", var result] }
            || graph.Node.Count(node => node.Input.Contains(x)) > 1 || graph.Node.Count(node => node.Input.Contains(result)) > 1)
        {
            return [x, "", ""];
        }
        graph.Node.Remove(shape);
        graph.Node.Remove(finish);
        return [product, scales, bias];

        NodeProto? Maker(string value) => graph.Node.SingleOrDefault(node => node.Output.Contains(value));
    }
}
