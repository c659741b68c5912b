using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using ElasticSynapse.Serving.Models.Onnx;
using Google.Protobuf;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;
using static ElasticSynapse.Serving.Models.OnnxAttribute;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Without AVX-512, ONNX Runtime multiplies a single row with 4-bit weights by another kernel, which adds in another order: a
/// sequence alone would get other last bits than in a batch. A row of zeros behind the others keeps that kernel out; at one row
/// it costs a sixth of the time. Decided where the graph runs, so that a compiled one may come from another machine.
/// </summary>
internal static class OneRowGuard
{
    private const string FirstRow = "first_row", LastRow = "last_row";

    /// <summary>Guards the 4-bit products of a graph in which each row must be its own, where the processor needs it.</summary>
    public static void Apply(ModelProto model)
    {
        if (Avx512BW.IsSupported)
            return;
        var graph = model.Graph;
        var nodes = graph.Node.SelectMany(node => IsFourBits(node) ? Guarded(graph, node) : [node]).ToArray();
        graph.Node.Clear();
        graph.Node.Add(nodes);
    }

    private static bool IsFourBits(NodeProto node) => node.OpType == "MatMulNBits" && Attribute(node, "bits") == 4;

    private static NodeProto[] Guarded(GraphProto graph, NodeProto product)
    {
        var (output, inputs) = (product.Output[0], Attribute(product, "K"));
        var zeros = $"zero_row:{inputs}";
        AddConstant(graph, zeros, DataType.Float, new byte[inputs * sizeof(float)], 1, inputs);
        AddConstant(graph, FirstRow, DataType.Int64, [.. MemoryMarshal.AsBytes<long>([0])], 1);
        AddConstant(graph, LastRow, DataType.Int64, [.. MemoryMarshal.AsBytes<long>([-1])], 1);
        var filled = Node("Concat", $"{output}:filled", product.Input[0], zeros);
        filled.Attribute.Add(Int("axis", 0));
        product.Input[0] = filled.Output[0];
        product.Output[0] = $"{output}:product";
        return [filled, product, Node("Slice", output, product.Output[0], FirstRow, LastRow)];
    }

    private static void AddConstant(GraphProto graph, string name, DataType type, byte[] bytes, params long[] shape)
    {
        if (graph.Initializer.Any(tensor => tensor.Name == name))
            return;
        graph.Initializer.Add(new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(bytes), Dims = { shape } });
    }

    private static NodeProto Node(string op, string output, params string[] inputs) =>
        new() { Name = $"{output}/{op}", OpType = op, Input = { inputs }, Output = { output } };

    private static long Attribute(NodeProto node, string name) => node.Attribute.First(attribute => attribute.Name == name).I;
}
