using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tool;

/// <summary>Writes model.safetensors. The same tensors give the same bytes: names in ordinal order, a header padded to 8.</summary>
internal static class SafetensorsWriter
{
    private const int WindowBytes = 1 << 24;

    /// <param name="tensors">By the names to write.</param>
    /// <param name="type">F16 to round to; null leaves each as it is.</param>
    /// <exception cref="CheckpointException">A weight is too large for it.</exception>
    public static void Write(string path, ITensorSource source, IReadOnlyDictionary<string, StoredTensor> tensors, TensorType? type = null)
    {
        var ordered = tensors.OrderBy(t => t.Key, StringComparer.Ordinal).ToArray();
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        var header = Header(ordered, type);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        file.Write(length);
        file.Write(header);
        foreach (var (_, tensor) in ordered)
        {
            if (type is not null)
                HalfPrecision.Write(file, source, tensor);
            else
            {
                for (long start = 0; start < tensor.ByteLength; start += WindowBytes)
                    file.Write(source.Bytes(tensor, start, (int)Math.Min(WindowBytes, tensor.ByteLength - start)));
            }
        }
    }

    private static byte[] Header(KeyValuePair<string, StoredTensor>[] tensors, TensorType? type)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt");
            json.WriteEndObject();
            long offset = 0;
            foreach (var (name, tensor) in tensors)
            {
                var byteLength = type is { } rounded ? tensor.ByteLength / tensor.Type.Size() * rounded.Size() : tensor.ByteLength;
                json.WriteStartObject(name);
                json.WriteString("dtype", (type ?? tensor.Type).Name());
                WriteArray(json, "shape", tensor.Shape);
                WriteArray(json, "data_offsets", [offset, offset + byteLength]);
                json.WriteEndObject();
                offset += byteLength;
            }
            json.WriteEndObject();
        }
        var text = Encoding.UTF8.GetString(bytes.ToArray());
        return Encoding.UTF8.GetBytes(text.PadRight(text.Length + (8 - (int)bytes.Length % 8) % 8));
    }

    private static void WriteArray(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
