namespace ElasticSynapse.Serving.Models;

/// <summary>Element types by TensorFlow's numbers (<c>core/framework/types.proto</c>).</summary>
internal static class TensorFlowTypes
{
    /// <summary>Null for strings, resources, quantized and complex types.</summary>
    public static TensorType? Of(int dataType) => dataType switch
    {
        1 => TensorType.F32,
        2 => TensorType.F64,
        3 => TensorType.I32,
        4 => TensorType.U8,
        5 => TensorType.I16,
        6 => TensorType.I8,
        8 => TensorType.C64,
        9 => TensorType.I64,
        10 => TensorType.Bool,
        14 => TensorType.BF16,
        17 => TensorType.U16,
        19 => TensorType.F16,
        22 => TensorType.U32,
        23 => TensorType.U64,
        _ => null,
    };
}
