using System.Runtime.Intrinsics.X86;
using ElasticSynapse.Serving.Models.Onnx;
using Google.Protobuf;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;
using static ElasticSynapse.Serving.Models.OnnxAttribute;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Without VNNI, ONNX Runtime adds products of unsigned by signed bytes in 16 bits, which saturate; with it, unsigned weights take
/// twice the time of signed ones. So a processor rounds the row products' weights of 8 bits as it needs them, and a graph with
/// signed ones from elsewhere becomes fit for it. The sums are whole numbers either way, so that the logits are the same.
/// </summary>
internal static class UnsignedCodes
{
    private const byte SignBit = 128;
    private const string SignBitName = "sign_bit";

    /// <summary>Whether they are on this processor.</summary>
    // CPUID, leaf 7: VNNI of AVX-512 in ECX, as ONNX Runtime asks for it. Processors of another kind have no such trouble.
    public static bool AreNeeded { get; } = X86Base.IsSupported && !AvxVnni.IsSupported
        && !(Avx512BW.IsSupported && (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0);

    /// <summary>Makes signed weights fit for this processor.</summary>
    public static void Apply(ModelProto model)
    {
        if (AreNeeded)
            Force(model);
    }

    /// <summary>Whatever the processor. ONNX Runtime computes the new weights while it loads, and keeps both for a while.</summary>
    public static void Force(ModelProto model)
    {
        var graph = model.Graph;
        var signed = graph.Initializer.Where(tensor => tensor.DataType == (int)DataType.Int8).Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        var products = graph.Node.Where(node => node.OpType == "MatMulIntegerToFloat" && signed.Contains(node.Input[1])).ToArray();
        if (products.Length == 0)
            return;
        graph.Initializer.Add(new TensorProto { Name = SignBitName, DataType = (int)DataType.Uint8, RawData = ByteString.CopyFrom(SignBit) });
        foreach (var product in products)
        {
            var codes = product.Input[1];
            var bytes = Node("Cast", $"{codes}:bytes", codes);
            bytes.Attribute.Add(Int("to", (long)DataType.Uint8));
            graph.Node.Add(bytes);
            graph.Node.Add(Node("BitwiseXor", $"{codes}:unsigned", bytes.Output[0], SignBitName));
            product.Input[1] = $"{codes}:unsigned";
            product.Input.Add(SignBitName); // the zero point
        }
    }

    private static NodeProto Node(string op, string output, params string[] inputs) =>
        new() { Name = $"{output}/{op}", OpType = op, Input = { inputs }, Output = { output } };
}
