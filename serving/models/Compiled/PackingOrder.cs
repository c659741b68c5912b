using ElasticSynapse.Serving.Models.Onnx;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// ONNX Runtime packs weights for its kernels in the order of the nodes, and holds a weight's mapped pages and its packed copy
/// together meanwhile. The largest goes first, while the others are not there yet: so the peak is no higher than what stays.
/// </summary>
internal static class PackingOrder
{
    /// <summary>Puts the node with the largest weights before all others. ONNX asks for sorted nodes; ONNX Runtime sorts them.</summary>
    public static void Apply(ModelProto model)
    {
        var nodes = model.Graph.Node;
        if (nodes.Count == 0)
            return;
        var sizes = ExternalData.Weights(model).ToDictionary(weight => weight.Name, ExternalData.ByteLength, StringComparer.Ordinal);
        var largest = nodes.MaxBy(node => node.OpType == "Gather" ? 0 : node.Input.Sum(input => sizes.GetValueOrDefault(input)))!;
        nodes.Remove(largest);
        nodes.Insert(0, largest);
    }
}
