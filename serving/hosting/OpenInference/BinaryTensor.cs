using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Serving.Hosting.OpenInference;

/// <summary>Values of a tensor in the binary extension: little-endian, row-major, no padding; an element of BYTES is a uint32
/// length and as many bytes.</summary>
internal static class BinaryTensor
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ApiException">The bytes are not exactly <paramref name="count"/> values.</exception>
    public static Array Read(ReadOnlySpan<byte> bytes, TensorDatatype datatype, long count, string field)
    {
        if (datatype == TensorDatatype.Bytes)
        {
            return ReadTexts(bytes, count, field);
        }
        // Divided, not multiplied: the count may be anything.
        if (bytes.Length % datatype.SizeBytes != 0 || bytes.Length / datatype.SizeBytes != count)
        {
            throw ApiException.Invalid(field, string.Create(CultureInfo.InvariantCulture,
                $"'{field}' has {bytes.Length:N0} bytes of binary data; its shape asks for {count:N0} values of {datatype.Name}, {datatype.SizeBytes} bytes each"));
        }
        var values = Array.CreateInstance(datatype.Element, (int)count);
        for (var i = 0; i < values.Length; i++)
        {
            values.SetValue(Value(bytes.Slice(i * datatype.SizeBytes, datatype.SizeBytes), datatype), i);
        }
        return values;
    }

    /// <summary>One text that is the whole of <paramref name="bytes"/>, without a length.</summary>
    public static string Text(ReadOnlySpan<byte> bytes, string field)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw ApiException.Invalid(field, $"'{field}' holds bytes that are not UTF-8");
        }
    }

    public static byte[] Write(InferTensor tensor)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var value in tensor.Values)
        {
            if (value is string text)
            {
                var bytes = Encoding.UTF8.GetBytes(text);
                BinaryPrimitives.WriteUInt32LittleEndian(output.GetSpan(sizeof(uint)), (uint)bytes.Length);
                output.Advance(sizeof(uint));
                output.Write(bytes);
                continue;
            }
            var size = tensor.Datatype.SizeBytes;
            WriteValue(output.GetSpan(size)[..size], value, tensor.Datatype);
            output.Advance(size);
        }
        return output.WrittenSpan.ToArray();
    }

    private static string[] ReadTexts(ReadOnlySpan<byte> bytes, long count, string field)
    {
        var texts = new List<string>();
        while (bytes.Length >= sizeof(uint))
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            if (length > bytes.Length - sizeof(uint))
            {
                throw ApiException.Invalid(field, string.Create(CultureInfo.InvariantCulture,
                    $"'{field}' says that an element has {length:N0} bytes; {bytes.Length - sizeof(uint):N0} are left"));
            }
            texts.Add(Text(bytes.Slice(sizeof(uint), (int)length), field));
            bytes = bytes[(sizeof(uint) + (int)length)..];
        }
        return texts.Count == count && bytes.IsEmpty
            ? [.. texts]
            : throw ApiException.Invalid(field, string.Create(CultureInfo.InvariantCulture,
                $"'{field}' has {texts.Count:N0} elements and {bytes.Length} bytes more; its shape asks for {count:N0} elements"));
    }

    private static object Value(ReadOnlySpan<byte> bytes, TensorDatatype datatype) => datatype.Name switch
    {
        "BOOL" => bytes[0] != 0,
        "UINT8" => (long)bytes[0],
        "INT8" => (long)(sbyte)bytes[0],
        "UINT16" => (long)BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        "INT16" => (long)BinaryPrimitives.ReadInt16LittleEndian(bytes),
        "UINT32" => (long)BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        "INT32" => (long)BinaryPrimitives.ReadInt32LittleEndian(bytes),
        "INT64" or "UINT64" => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        "FP16" => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        // The upper half of a float.
        "BF16" => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16),
        "FP32" => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        "FP64" => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        _ => throw new ArgumentException($"{datatype.Name} has no elements of a fixed size", nameof(datatype)),
    };

    // Outputs have no other types.
    private static void WriteValue(Span<byte> bytes, object value, TensorDatatype datatype)
    {
        switch (value)
        {
            case float number when datatype == TensorDatatype.Fp32:
                BinaryPrimitives.WriteSingleLittleEndian(bytes, number);
                break;
            case double number when datatype == TensorDatatype.Fp64:
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, number);
                break;
            case long whole when datatype == TensorDatatype.Int64:
                BinaryPrimitives.WriteInt64LittleEndian(bytes, whole);
                break;
            case long whole when datatype == TensorDatatype.Int32:
                BinaryPrimitives.WriteInt32LittleEndian(bytes, (int)whole);
                break;
            case bool truth:
                bytes[0] = truth ? (byte)1 : (byte)0;
                break;
            default:
                throw new ArgumentException($"no output of {datatype.Name} is written from {value.GetType()}", nameof(value));
        }
    }
}
