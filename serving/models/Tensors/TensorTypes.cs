using System.Collections.Frozen;

namespace ElasticSynapse.Serving.Models;

/// <summary>Names (as safetensors writes them) and sizes of element types.</summary>
internal static class TensorTypes
{
    private static readonly FrozenDictionary<string, TensorType> ByName = new Dictionary<string, TensorType>
    {
        ["BOOL"] = TensorType.Bool, ["U8"] = TensorType.U8, ["I8"] = TensorType.I8,
        ["F8_E4M3"] = TensorType.F8E4M3, ["F8_E5M2"] = TensorType.F8E5M2, ["F8_E8M0"] = TensorType.F8E8M0,
        ["I16"] = TensorType.I16, ["U16"] = TensorType.U16, ["F16"] = TensorType.F16, ["BF16"] = TensorType.BF16,
        ["I32"] = TensorType.I32, ["U32"] = TensorType.U32, ["F32"] = TensorType.F32,
        ["I64"] = TensorType.I64, ["U64"] = TensorType.U64, ["F64"] = TensorType.F64, ["C64"] = TensorType.C64,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<TensorType, string> Names = ByName.ToFrozenDictionary(p => p.Value, p => p.Key);

    /// <summary>Every known name, in order of size, for messages.</summary>
    public static string Known { get; } = string.Join(", ", Names.OrderBy(p => p.Key).Select(p => p.Value));

    public static bool TryParse(string name, out TensorType type) => ByName.TryGetValue(name, out type);

    public static string Name(this TensorType type) => Names[type];

    /// <summary>Bytes of one element.</summary>
    public static int Size(this TensorType type) => type switch
    {
        TensorType.Bool or TensorType.U8 or TensorType.I8 or TensorType.F8E4M3 or TensorType.F8E5M2 or TensorType.F8E8M0 => 1,
        TensorType.I16 or TensorType.U16 or TensorType.F16 or TensorType.BF16 => 2,
        TensorType.I32 or TensorType.U32 or TensorType.F32 => 4,
        _ => 8,
    };

    /// <summary>Whether a model weight may have this type: floats that convert to F32.</summary>
    public static bool IsWeight(this TensorType type) =>
        type is TensorType.F32 or TensorType.F16 or TensorType.BF16 or TensorType.F64;
}
