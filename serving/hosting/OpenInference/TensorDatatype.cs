using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Serving.Hosting.OpenInference;

/// <summary>A data type of the protocol: its name on the wire, its size, and the .NET type of its elements in memory.</summary>
/// <param name="Name">As the wire calls it.</param>
/// <param name="SizeBytes">Of an element in binary form; 0 for BYTES, whose elements carry their length.</param>
/// <param name="Element">bool, long, float, double or string.</param>
/// <param name="Min">Smallest whole number; long for whole numbers only.</param>
/// <param name="Max">Largest whole number.</param>
public sealed record TensorDatatype(string Name, int SizeBytes, Type Element, long Min = 0, long Max = 0)
{
    public static readonly TensorDatatype Bool = new("BOOL", 1, typeof(bool));
    public static readonly TensorDatatype Int32 = new("INT32", 4, typeof(long), int.MinValue, int.MaxValue);
    public static readonly TensorDatatype Int64 = new("INT64", 8, typeof(long), long.MinValue, long.MaxValue);
    public static readonly TensorDatatype Fp16 = new("FP16", 2, typeof(float));
    public static readonly TensorDatatype Bf16 = new("BF16", 2, typeof(float));
    public static readonly TensorDatatype Fp32 = new("FP32", 4, typeof(float));
    public static readonly TensorDatatype Fp64 = new("FP64", 8, typeof(double));

    /// <summary>Text: UTF-8.</summary>
    public static readonly TensorDatatype Bytes = new("BYTES", 0, typeof(string));

    private static readonly TensorDatatype[] All =
    [
        Bool, new("UINT8", 1, typeof(long), 0, byte.MaxValue), new("UINT16", 2, typeof(long), 0, ushort.MaxValue),
        new("UINT32", 4, typeof(long), 0, uint.MaxValue),
        // Beyond 2^63 nothing that a model here takes has a meaning.
        new("UINT64", 8, typeof(long), 0, long.MaxValue),
        new("INT8", 1, typeof(long), sbyte.MinValue, sbyte.MaxValue), new("INT16", 2, typeof(long), short.MinValue, short.MaxValue),
        Int32, Int64, Fp16, Bf16, Fp32, Fp64, Bytes,
    ];

    /// <exception cref="ApiException">The protocol has no such type.</exception>
    public static TensorDatatype Parse(string name, string field) => All.FirstOrDefault(type => type.Name == name)
        ?? throw ApiException.Invalid(field, $"'{field}' is \"{Excerpt.Of(name)}\"; known: {string.Join(", ", All.Select(type => type.Name))}");
}
