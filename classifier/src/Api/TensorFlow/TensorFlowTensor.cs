using System.Buffers.Binary;
using System.Globalization;
using ElasticSynapse.Classifier.Api.TensorFlow.Wire;
using ElasticSynapse.Serving.Hosting.Errors;
using Google.Protobuf;

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

    /// <summary>The values of a string tensor [batch], or [batch, 1], of which the last one stands for those that are left out.</summary>
    /// <param name="maxRows">More are refused before they are made.</param>
    /// <exception cref="ApiException">Another type or shape, or values that do not fill it.</exception>
    public static ByteString[] Strings(TensorProto tensor, string name, int maxRows)
    {
        CheckType(tensor, name, DataType.DtString);
        var values = tensor.StringVal;
        // Nobody need write a shape that the values tell by themselves.
        var rows = tensor.TensorShape is not { UnknownRank: false } shape ? values.Count : shape.Dim switch
        {
            [] => 1,
            [{ Size: >= 0 } batch] => batch.Size,
            [{ Size: >= 0 } batch, { Size: 1 }] => batch.Size,
            _ => throw Mistake(tensor, name, values.Count, "[batch]"),
        };
        if (rows > maxRows)
        {
            throw ApiException.Invalid(name, string.Create(CultureInfo.InvariantCulture,
                $"'{name}' has {rows:N0} texts; this server accepts {maxRows:N0} a request (Classification__MaxTextsPerRequest)"));
        }
        CheckFills(tensor, name, values.Count, rows, "[batch]");
        return [.. Enumerable.Range(0, (int)rows).Select(row => values[Math.Min(row, values.Count - 1)])];
    }

    /// <summary>The rows of an int64 or int32 tensor [batch, columns], from values one by one, of which the last one stands for
    /// those that are left out, or from the bytes of all.</summary>
    /// <param name="maxValues">How many the last value may make of itself.</param>
    /// <param name="mayBeEmpty">Whether no values mean zeros, as for TensorFlow.</param>
    /// <exception cref="ApiException">Another type or rank, or values that do not fill the shape.</exception>
    public static long[][] Rows(TensorProto tensor, string name, int maxValues, bool mayBeEmpty)
    {
        CheckType(tensor, name, DataType.DtInt64, DataType.DtInt32);
        const string accepted = "[batch, tokens]";
        var values = Values(tensor, name);
        if (tensor.TensorShape?.Dim is not [{ Size: > 0 and var rows }, { Size: > 0 and var columns }] || rows > Array.MaxLength / columns)
        {
            throw Mistake(tensor, name, values.Length, accepted);
        }
        var count = rows * columns;
        if (values.Length == 0 && mayBeEmpty)
        {
            values = [0];
        }
        CheckFills(tensor, name, values.Length, count, accepted);
        if (values.Length < count)
        {
            // TensorFlow's own constructors leave out what repeats; a few bytes must not become gigabytes by it.
            if (count > maxValues || !tensor.TensorContent.IsEmpty)
            {
                throw Mistake(tensor, name, values.Length, accepted);
            }
            values = [.. values, .. Enumerable.Repeat(values[^1], (int)count - values.Length)];
        }
        return [.. values.Chunk((int)columns)];
    }

    private static void CheckFills(TensorProto tensor, string name, int values, long count, string accepted)
    {
        if (values > count || (values == 0 && count > 0))
        {
            throw Mistake(tensor, name, values, accepted);
        }
    }

    // Values under another type's field would be taken for none.
    private static void CheckType(TensorProto tensor, string name, params ReadOnlySpan<DataType> types)
    {
        if (!types.Contains(tensor.Dtype))
        {
            throw ApiException.Invalid(name, $"'{name}' is of type {(int)tensor.Dtype}; accepted: {(types[0] == DataType.DtString ? "DT_STRING" : "DT_INT64 and DT_INT32")}");
        }
        var others = new (DataType Type, int Count)[]
        {
            (DataType.DtString, tensor.StringVal.Count), (DataType.DtInt64, tensor.Int64Val.Count),
            (DataType.DtInt32, tensor.IntVal.Count), (DataType.DtFloat, tensor.FloatVal.Count),
        };
        if (others.Any(other => other.Type != tensor.Dtype && other.Count > 0) || (tensor.Dtype == DataType.DtString && !tensor.TensorContent.IsEmpty))
        {
            throw ApiException.Invalid(name, $"'{name}' is of type {(int)tensor.Dtype} and has values of another");
        }
    }

    private static ApiException Mistake(TensorProto tensor, string name, int values, string accepted)
    {
        var shape = string.Join(",", (tensor.TensorShape?.Dim ?? []).Select(dim => dim.Size.ToString(CultureInfo.InvariantCulture)));
        return ApiException.Invalid(name, string.Create(CultureInfo.InvariantCulture,
            $"'{name}' has shape [{shape}] and {values:N0} values; accepted: {accepted} and as many values, or the first of them where the rest repeat the last"));
    }

    private static long[] Values(TensorProto tensor, string name)
    {
        var bytes = tensor.TensorContent.Span;
        if (bytes.IsEmpty)
        {
            return tensor.Dtype == DataType.DtInt64 ? [.. tensor.Int64Val] : [.. tensor.IntVal.Select(value => (long)value)];
        }
        var size = tensor.Dtype == DataType.DtInt64 ? sizeof(long) : sizeof(int);
        if (bytes.Length % size != 0)
        {
            throw ApiException.Invalid(name, string.Create(CultureInfo.InvariantCulture, $"'{name}' has {bytes.Length:N0} bytes of values, {size} bytes each"));
        }
        var values = new long[bytes.Length / size];
        for (var i = 0; i < values.Length; i++)
        {
            var value = bytes[(i * size)..];
            values[i] = size == sizeof(long) ? BinaryPrimitives.ReadInt64LittleEndian(value) : BinaryPrimitives.ReadInt32LittleEndian(value);
        }
        return values;
    }
}
