using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Serving.Hosting.OpenInference;

/// <summary>Reads <c>inputs</c>: each has its data in the JSON, or says how many of the bytes behind it are its own.</summary>
internal static class InputTensors
{
    public static IReadOnlyList<InferTensor> Read(JsonFields json, ReadOnlyMemory<byte> binary)
    {
        var inputs = json.Objects("inputs") ?? throw ApiException.Invalid("inputs", "'inputs' is required: an array of tensors");
        var tensors = new List<InferTensor>(inputs.Count);
        foreach (var input in inputs)
        {
            tensors.Add(Read(input, ref binary));
        }
        return binary.IsEmpty
            ? tensors
            : throw ApiException.Invalid("inputs", string.Create(CultureInfo.InvariantCulture, $"{binary.Length:N0} bytes behind the JSON belong to no input"));
    }

    private static InferTensor Read(JsonFields input, ref ReadOnlyMemory<byte> binary)
    {
        var name = input.Required("name");
        var datatype = TensorDatatype.Parse(input.Required("datatype"), input.At("datatype"));
        var shape = Shape(input);
        var count = Count(shape, input.At("shape"));
        var data = input.Element("data");
        if (input.Object("parameters")?.Integer("binary_data_size", 0) is not { } size)
        {
            return data is { } values
                ? new InferTensor(name, datatype, shape, JsonTensor.Read(values, datatype, count, input.At("data")))
                : throw ApiException.Invalid(input.At("data"), $"'{input.At("data")}' is required, or its parameter 'binary_data_size'");
        }
        if (data is not null || size > binary.Length)
        {
            throw ApiException.Invalid(input.At("parameters.binary_data_size"), data is not null
                ? $"'{input.At("data")}' and its parameter 'binary_data_size' exclude each other"
                : string.Create(CultureInfo.InvariantCulture, $"'{input.At("parameters.binary_data_size")}' is {size:N0}; {binary.Length:N0} bytes are left behind the JSON"));
        }
        var bytes = binary[..(int)size];
        binary = binary[(int)size..];
        return new InferTensor(name, datatype, shape, BinaryTensor.Read(bytes.Span, datatype, count, name));
    }

    private static long[] Shape(JsonFields input)
    {
        var field = input.At("shape");
        if (input.Element("shape") is not { ValueKind: JsonValueKind.Array } array)
        {
            throw ApiException.Invalid(field, $"'{field}' is required: an array of whole numbers");
        }
        return [.. array.EnumerateArray().Select(item =>
            item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var size) && size >= 0
                ? size
                : throw JsonFields.Mistake(field, "an array of whole numbers of at least 0", array))];
    }

    private static long Count(long[] shape, string field)
    {
        try
        {
            return shape.Aggregate(1L, (count, size) => checked(count * size));
        }
        catch (OverflowException)
        {
            throw ApiException.Invalid(field, $"'{field}' asks for more values than 64 bits can count");
        }
    }
}
