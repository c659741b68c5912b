using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Classifier.Reading;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api.TensorFlow;

/// <summary>Reads what TensorFlow Serving's REST API takes as one instance: a string, base64 bytes, or named features.</summary>
internal sealed class InstanceReader(ExampleReader examples, PaddedIds padded)
{
    /// <summary>The inputs whose values are strings: one that may be an example, and one that is text whatever its bytes.</summary>
    public static readonly IReadOnlyList<string> Texts = ["examples", "text"];

    // What an Estimator's input function also asks for and a prediction does not need.
    private static readonly string[] Known = ["examples", "text", "input_ids", "input_mask", "segment_ids", "label_ids", "is_real_example"];

    /// <param name="instance">A row.</param>
    /// <param name="name">Of the row, as errors call it.</param>
    /// <param name="input">Whose values bytes without a name are: <c>examples</c> or <c>text</c>.</param>
    public ClassifierInput Read(JsonElement instance, string name, string input) => instance.ValueKind switch
    {
        JsonValueKind.String => Text(instance, name),
        JsonValueKind.Object when JsonBytes.Read(instance, name) is { } bytes => OfBytes(bytes, name, input),
        JsonValueKind.Object => ReadNamed(instance, name),
        _ => throw JsonFields.Mistake(name, "a string, {\"b64\": …} or an object of features", instance),
    };

    /// <summary>A value of <c>text</c>, or of <c>examples</c>, whose bytes may be an example.</summary>
    public ClassifierInput ReadNamedText(JsonElement value, string name, string input)
    {
        // A feature is a list where it comes from tf.Example's own form.
        var one = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 1 ? value[0] : value;
        return JsonBytes.Read(one, name) is { } bytes ? OfBytes(bytes, name, input) : Text(one, name);
    }

    /// <summary>The whole numbers of a list.</summary>
    public static long[] Numbers(JsonElement? list, string name)
    {
        if (list is not { } values)
        {
            return [];
        }
        if (values.ValueKind != JsonValueKind.Array)
        {
            throw JsonFields.Mistake(name, "a list of whole numbers", values);
        }
        return [.. values.EnumerateArray().Select((value, index) => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
            ? number
            : throw JsonFields.Mistake(string.Create(CultureInfo.InvariantCulture, $"{name}[{index}]"), "a whole number", value))];
    }

    private ClassifierInput ReadNamed(JsonElement instance, string name)
    {
        CheckNames(instance, name);
        foreach (var text in Texts)
        {
            if (JsonFields.Element(instance, text, name) is { } value)
            {
                return ReadNamedText(value, $"{name}.{text}", text);
            }
        }
        var ids = JsonFields.Element(instance, "input_ids", name)
            ?? throw ApiException.Invalid(name, $"Failed to process element '{name}': it has none of text, examples and input_ids");
        return new ClassifierInput(null, padded.Read(
            $"{name}.input_ids", Numbers(ids, $"{name}.input_ids"), Feature("input_mask"), Feature("segment_ids")));

        long[] Feature(string feature) => Numbers(JsonFields.Element(instance, feature, name), $"{name}.{feature}");
    }

    // One that is not known would have no effect.
    private static void CheckNames(JsonElement instance, string name)
    {
        if (!instance.EnumerateObject().All(IsKnown))
        {
            throw ApiException.Invalid(name, $"Failed to process element '{name}': it has a feature that the model does not have; known: {string.Join(", ", Known)}");
        }
    }

    private static bool IsKnown(JsonProperty feature)
    {
        try
        {
            return Known.Any(feature.NameEquals);
        }
        // The name is not valid Unicode.
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static ClassifierInput Text(JsonElement value, string name) => new(JsonFields.AsString(value, name), null);

    private ClassifierInput OfBytes(byte[] bytes, string name, string input) =>
        input == "text" ? new ClassifierInput(ExampleReader.ReadText(bytes, name), null) : examples.Read(bytes, name);
}
