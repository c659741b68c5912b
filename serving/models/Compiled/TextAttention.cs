using ElasticSynapse.Serving.Models.Onnx;
using static ElasticSynapse.Serving.Models.OnnxAttribute;

namespace ElasticSynapse.Serving.Models;

/// <summary>Attention of texts by an operator of our own, <see cref="TextAttentionOperator"/>, where this processor can.</summary>
internal static class TextAttention
{
    public static void Apply(GraphProto graph)
    {
        if (!TextHead.IsSupported)
        {
            return;
        }
        foreach (var node in graph.Node.Where(node => node.OpType == "MultiHeadAttention").ToArray())
        {
            Replace(graph, node);
        }
    }

    /// <summary>Whether all operators of an opened model give a text the same bits, whatever else is in its run: ours, and exact sums of
    /// whole numbers.</summary>
    public static bool RunsTextsAlike(GraphProto graph) =>
        !graph.Node.Any(node => node.OpType is "MultiHeadAttention" or "MatMul" or "FusedMatMul" or "MatMulNBits");

    private static void Replace(GraphProto graph, NodeProto node)
    {
        // In 16 bits biases are the node's own.
        if (node.Input is not [var queries, var keys, var values, "", var lengths])
        {
            return;
        }
        var heads = node.Attribute.Single(attribute => attribute.Name == "num_heads").I;
        node.Input.Clear();
        node.Input.AddRange([.. TakeProduct(graph, queries), .. TakeProduct(graph, keys), .. TakeProduct(graph, values), lengths]);
        (node.OpType, node.Domain) = (TextAttentionOperator.Name, CustomOperators.Domain);
        node.Attribute.Clear();
        node.Attribute.Add(Int(TextAttentionOperator.HeadsAttribute, heads));
    }

    // What scales and bias were added to: the operator does it on the way.
    private static string[] TakeProduct(GraphProto graph, string x)
    {
        var finish = graph.Node.Single(node => node.Output.Contains(x));
        if (finish is not { OpType: RowsOperator.Name, Input: [var product, var scales, var bias], Output: ["", _] })
        {
            throw new InvalidOperationException($"attention of a {finish.OpType}'s output, which BertGraph does not write");
        }
        graph.Node.Remove(finish);
        return [product, scales, bias];
    }
}
