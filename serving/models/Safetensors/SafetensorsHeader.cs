using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Reads and validates the header of a safetensors file: 8 bytes of length N, N bytes of JSON, then the tensors.
/// The rules are those of the reference implementation (huggingface/safetensors, <c>tensor.rs</c>): the tensors tile the
/// rest of the file exactly, so a truncated or lying file is refused before a single weight is read.
/// </summary>
internal static class SafetensorsHeader
{
    public const int LengthFieldBytes = 8;
    public const long LongestHeader = 100_000_000;
    private const string MetadataName = "__metadata__";

    /// <summary>N, checked against the limit and the size of the file.</summary>
    public static int ReadLength(string file, ReadOnlySpan<byte> lengthField, long fileBytes)
    {
        if (fileBytes < LengthFieldBytes || lengthField.Length < LengthFieldBytes)
            throw Refusal.Of(file, $"{fileBytes} bytes", $"at least {LengthFieldBytes}, the safetensors header length");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(lengthField);
        if (length > LongestHeader)
            throw Refusal.Of(file, $"a header of {length} bytes", $"at most {LongestHeader}");
        if ((long)length > fileBytes - LengthFieldBytes)
            throw Refusal.Of(file, $"a header of {length} bytes in a file of {fileBytes}", $"at most {fileBytes - LengthFieldBytes}");
        return (int)length;
    }

    /// <summary>The tensors that the header describes.</summary>
    /// <param name="header">The N bytes after the length field.</param>
    /// <param name="fileBytes">Size of the whole file; the tensors must end there.</param>
    public static Dictionary<string, StoredTensor> Parse(string file, ReadOnlyMemory<byte> header, long fileBytes)
    {
        if (header.IsEmpty || header.Span[0] != (byte)'{')
            throw Refusal.Of(file, "a header that does not start with '{'", "a JSON object");
        if (!Utf8.IsValid(header.Span))
            throw Refusal.Of(file, "a header that is not UTF-8", "a JSON object in UTF-8");
        try
        {
            using var json = JsonDocument.Parse(header, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
            foreach (var member in json.RootElement.EnumerateObject())
            {
                if (member.NameEquals(MetadataName))
                    CheckMetadata(file, member.Value);
                else
                    tensors.Add(member.Name, ParseTensor(file, member.Name, member.Value, LengthFieldBytes + header.Length, fileBytes));
            }
            CheckTiling(file, tensors.Values, LengthFieldBytes + header.Length, fileBytes);
            return tensors;
        }
        // InvalidOperationException: a string with an unpaired surrogate escape cannot become text.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Refusal.Of(file, $"a header that is not valid JSON ({e.Message})", "a JSON object without duplicate members", e);
        }
    }

    private static void CheckMetadata(string file, JsonElement metadata)
    {
        if (metadata.ValueKind != JsonValueKind.Object || metadata.EnumerateObject().Any(m => m.Value.ValueKind != JsonValueKind.String))
            throw Refusal.OfTensor(file, MetadataName, "something else than strings by name", "an object of strings");
    }

    private static StoredTensor ParseTensor(string file, string name, JsonElement entry, long dataStart, long fileBytes)
    {
        if (entry.ValueKind != JsonValueKind.Object)
            throw Refusal.OfTensor(file, name, $"{entry.ValueKind}", "an object with dtype, shape and data_offsets");

        if (!entry.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String)
            throw Refusal.OfTensor(file, name, "no dtype", TensorTypes.Known);
        if (!TensorTypes.TryParse(dtype.GetString()!, out var type))
            throw Refusal.OfTensor(file, name, $"dtype {Refusal.Quoted(dtype.GetString()!)}", TensorTypes.Known);

        var shape = Numbers(file, name, entry, "shape");
        var offsets = Numbers(file, name, entry, "data_offsets");
        if (offsets is not [var begin, var end])
            throw Refusal.OfTensor(file, name, $"{offsets.Length} data_offsets", "2: begin and end");
        if (begin > end)
            throw Refusal.OfTensor(file, name, $"data_offsets [{begin},{end}]", "begin <= end");
        if (end > fileBytes - dataStart)
            throw Refusal.OfTensor(file, name, $"data_offsets [{begin},{end}]",
                $"at most {fileBytes - dataStart}, where the file ends");

        var bytes = TensorShape.ByteLength(shape, type)
            ?? throw Refusal.OfTensor(file, name, $"shape {Refusal.Shape(shape)}", "a size below 2^63 bytes");
        if (bytes != end - begin)
            throw Refusal.OfTensor(file, name, $"{end - begin} bytes", $"{bytes}, which {type.Name()} {Refusal.Shape(shape)} takes");
        return new StoredTensor(name, type, shape, file, dataStart + begin, bytes);
    }

    private static long[] Numbers(string file, string name, JsonElement entry, string member)
    {
        if (!entry.TryGetProperty(member, out var array) || array.ValueKind != JsonValueKind.Array)
            throw Refusal.OfTensor(file, name, $"no {member}", $"an array of non-negative integers");
        var numbers = new long[array.GetArrayLength()];
        var count = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out var number) || number < 0)
                throw Refusal.OfTensor(file, name, $"{member} with {Refusal.Quoted(item.GetRawText())}",
                    "non-negative integers below 2^63");
            numbers[count++] = number;
        }
        return numbers;
    }

    // Every byte after the header belongs to exactly one tensor.
    private static void CheckTiling(string file, IEnumerable<StoredTensor> tensors, long dataStart, long fileBytes)
    {
        var expected = dataStart;
        foreach (var tensor in tensors.OrderBy(t => t.Offset).ThenBy(t => t.ByteLength))
        {
            if (tensor.Offset != expected)
            {
                var found = tensor.Offset > expected ? "a hole" : "an overlap";
                throw Refusal.OfTensor(file, tensor.Name, $"{found}: begins at {tensor.Offset - dataStart}",
                    $"{expected - dataStart}, where the tensor before it ends");
            }
            expected = tensor.Offset + tensor.ByteLength;
        }
        if (expected != fileBytes)
            throw Refusal.Of(file, $"{fileBytes} bytes", $"{expected}, where the last tensor ends");
    }
}
