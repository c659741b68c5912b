using System.Buffers.Binary;
using System.Globalization;
using ElasticSynapse.Classifier.Api.TensorFlow.Wire;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Classifier.Api.TensorFlow;

/// <summary>Reads and makes TensorFlow's tensors.</summary>
internal static class TensorFlowTensor
{
    public static TensorShapeProto Shape(params ReadOnlySpan<long> sizes)
    {
        var shape = new TensorShapeProto();
        foreach (var size in sizes)
        {
            shape.Dim.Add(new TensorShapeProto.Types.Dim { Size = size });
        }
        return shape;
    }

    /// <summary>The rows of an int64 or int32 tensor [batch, columns], from values one by one or from the bytes of all.</summary>
    /// <exception cref="ApiException">Another type or rank, or values that do not fill the shape.</exception>
    public static long[][] Rows(TensorProto tensor, string name)
    {
        var values = Values(tensor, name);
        if (tensor.TensorShape?.Dim is not [{ Size: > 0 and var rows }, { Size: > 0 and var columns }] || rows != values.Length / columns || values.Length % columns != 0)
        {
            var shape = string.Join(",", (tensor.TensorShape?.Dim ?? []).Select(dim => dim.Size.ToString(CultureInfo.InvariantCulture)));
            throw ApiException.Invalid(name, string.Create(CultureInfo.InvariantCulture,
                $"'{name}' has shape [{shape}] and {values.Length:N0} values; accepted: [batch, tokens] and as many values"));
        }
        return [.. values.Chunk((int)columns)];
    }

    private static long[] Values(TensorProto tensor, string name)
    {
        var bytes = tensor.TensorContent.Span;
        switch (tensor.Dtype)
        {
            case DataType.DtInt64 when bytes.IsEmpty:
                return [.. tensor.Int64Val];
            case DataType.DtInt32 when bytes.IsEmpty:
                return [.. tensor.IntVal.Select(value => (long)value)];
            case DataType.DtInt64:
                var longs = new long[bytes.Length / sizeof(long)];
                for (var i = 0; i < longs.Length; i++)
                {
                    longs[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes[(i * sizeof(long))..]);
                }
                return longs;
            case DataType.DtInt32:
                var ints = new long[bytes.Length / sizeof(int)];
                for (var i = 0; i < ints.Length; i++)
                {
                    ints[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(i * sizeof(int))..]);
                }
                return ints;
            default:
                throw ApiException.Invalid(name, $"'{name}' is of type {(int)tensor.Dtype}; accepted: DT_INT64 and DT_INT32");
        }
    }
}
