using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Serving.Hosting.OpenInference;

/// <summary>Values of a tensor as JSON: nested or flat when read, flat when written.</summary>
internal static class JsonTensor
{
    /// <param name="data">A value or arrays of values, row-major.</param>
    /// <param name="datatype">Of the values.</param>
    /// <param name="count">How many the shape asks for.</param>
    /// <param name="field">As errors call the data.</param>
    /// <exception cref="ApiException">Another number of values, or one of another type.</exception>
    public static Array Read(JsonElement data, TensorDatatype datatype, long count, string field)
    {
        var flat = Flatten(data).ToList();
        if (flat.Count != count)
        {
            throw ApiException.Invalid(field, string.Create(CultureInfo.InvariantCulture, $"'{field}' has {flat.Count:N0} values; its shape asks for {count:N0}"));
        }
        if (datatype.SizeBytes == 2 && datatype.Element == typeof(float))
        {
            throw ApiException.Invalid(field, $"'{field}' is {datatype.Name}, which JSON can't carry; send it as binary data");
        }
        var values = Array.CreateInstance(datatype.Element, flat.Count);
        for (var i = 0; i < flat.Count; i++)
        {
            values.SetValue(Value(flat[i], datatype, string.Create(CultureInfo.InvariantCulture, $"{field}[{i}]")), i);
        }
        return values;
    }

    public static void Write(Utf8JsonWriter writer, Array values)
    {
        writer.WriteStartArray();
        foreach (var value in values)
        {
            switch (value)
            {
                case string text:
                    writer.WriteStringValue(text);
                    break;
                case bool truth:
                    writer.WriteBooleanValue(truth);
                    break;
                case long whole:
                    writer.WriteNumberValue(whole);
                    break;
                case float number:
                    writer.WriteNumberValue(number);
                    break;
                case double number:
                    writer.WriteNumberValue(number);
                    break;
                default:
                    throw new ArgumentException($"no datatype has elements of {value?.GetType()}", nameof(values));
            }
        }
        writer.WriteEndArray();
    }

    private static IEnumerable<JsonElement> Flatten(JsonElement data) =>
        data.ValueKind == JsonValueKind.Array ? data.EnumerateArray().SelectMany(Flatten) : [data];

    private static object Value(JsonElement element, TensorDatatype datatype, string field)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String when datatype.Element == typeof(string):
                return JsonFields.AsString(element, field);
            case JsonValueKind.True or JsonValueKind.False when datatype.Element == typeof(bool):
                return element.GetBoolean();
            case JsonValueKind.Number when datatype.Element == typeof(long) && element.TryGetInt64(out var whole) && whole >= datatype.Min && whole <= datatype.Max:
                return whole;
            case JsonValueKind.Number when datatype.Element == typeof(float) && element.TryGetSingle(out var number) && float.IsFinite(number):
                return number;
            case JsonValueKind.Number when datatype.Element == typeof(double) && element.TryGetDouble(out var number) && double.IsFinite(number):
                return number;
            default:
                throw JsonFields.Mistake(field, $"of type {datatype.Name}", element);
        }
    }
}
