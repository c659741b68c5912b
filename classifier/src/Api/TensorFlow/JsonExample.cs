using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Classifier.Api.TensorFlow.Wire;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace ElasticSynapse.Classifier.Api.TensorFlow;

/// <summary>An example of <c>:classify</c>: an object of features, each a value or a list of values of one kind.</summary>
/// <remarks>tensorflow/serving, <c>json_tensor.cc</c>: whole numbers and truths are int64, other numbers float, the rest bytes.</remarks>
internal static class JsonExample
{
    /// <exception cref="ApiException">No object, or a feature that is not of one kind.</exception>
    public static MapField<string, Feature> Features(JsonElement example, string name)
    {
        if (example.ValueKind != JsonValueKind.Object)
        {
            throw JsonFields.Mistake(name, "an object of features", example);
        }
        // A whole example as bytes is more than TensorFlow Serving takes.
        if (JsonBytes.Read(example, name) is { } bytes)
        {
            return ExampleReader.Features(bytes, name);
        }
        var features = new MapField<string, Feature>();
        foreach (var property in example.EnumerateObject())
        {
            var key = Key(property, name);
            features[key] = Read(property.Value, $"{name}.{Excerpt.Of(key)}");
        }
        return features;
    }

    private static Feature Read(JsonElement value, string name)
    {
        var feature = new Feature();
        if (value.ValueKind != JsonValueKind.Array)
        {
            Add(feature, value, name);
            return feature;
        }
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            Add(feature, item, string.Create(CultureInfo.InvariantCulture, $"{name}[{index++}]"));
        }
        return feature;
    }

    private static void Add(Feature feature, JsonElement value, string name)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False when IsFree(feature, Feature.KindOneofCase.Int64List):
                (feature.Int64List ??= new Int64List()).Value.Add(value.GetBoolean() ? 1 : 0);
                break;
            case JsonValueKind.Number when IsWhole(value) && IsFree(feature, Feature.KindOneofCase.Int64List):
                (feature.Int64List ??= new Int64List()).Value.Add(value.TryGetInt64(out var whole)
                    ? whole
                    : throw JsonFields.Mistake(name, "a whole number of at most 64 bits", value));
                break;
            case JsonValueKind.Number when !IsWhole(value) && IsFree(feature, Feature.KindOneofCase.FloatList):
                (feature.FloatList ??= new FloatList()).Value.Add((float)value.GetDouble());
                break;
            case JsonValueKind.String when IsFree(feature, Feature.KindOneofCase.BytesList):
                (feature.BytesList ??= new BytesList()).Value.Add(ByteString.CopyFromUtf8(JsonFields.AsString(value, name)));
                break;
            case JsonValueKind.Object when IsFree(feature, Feature.KindOneofCase.BytesList) && JsonBytes.Read(value, name) is { } bytes:
                (feature.BytesList ??= new BytesList()).Value.Add(ByteString.CopyFrom(bytes));
                break;
            default:
                throw JsonFields.Mistake(name, feature.KindCase == Feature.KindOneofCase.None
                    ? "a number, a truth, a string, {\"b64\": …}, or a list of such values"
                    : "of the same kind as the values before it", value);
        }
    }

    private static bool IsFree(Feature feature, Feature.KindOneofCase kind) => feature.KindCase == Feature.KindOneofCase.None || feature.KindCase == kind;

    // By how it is written: 1.0 is no whole number.
    private static bool IsWhole(JsonElement number) => !number.GetRawText().AsSpan().ContainsAny(".eE");

    private static string Key(JsonProperty feature, string name)
    {
        try
        {
            return feature.Name;
        }
        catch (InvalidOperationException)
        {
            throw ApiException.Invalid(name, $"'{name}' has a field whose name is not valid Unicode");
        }
    }
}
