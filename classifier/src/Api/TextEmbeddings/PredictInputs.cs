using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Classifier.Reading;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api.TextEmbeddings;

/// <summary>The forms of <c>inputs</c> of TEI's /predict.</summary>
internal static class PredictInputs
{
    private const string Accepted = "a string, a list of one or two strings, or a list of such lists";

    /// <summary>A string or a list of one is a text, a list of two strings one pair, and a list of lists a batch of texts and
    /// pairs.</summary>
    public static (TextInput[] Inputs, bool IsBatch) Read(JsonElement inputs, int maxInputs)
    {
        if (inputs.ValueKind != JsonValueKind.Array)
        {
            return inputs.ValueKind == JsonValueKind.String
                ? ([new TextInput(JsonFields.AsString(inputs, "inputs"))], false)
                : throw JsonFields.Mistake("inputs", Accepted, inputs);
        }
        var count = inputs.GetArrayLength();
        if (count == 0 || inputs[0].ValueKind != JsonValueKind.Array)
        {
            return ([One(inputs, "inputs")], false);
        }
        if (count > maxInputs)
        {
            throw ApiException.Invalid("inputs", string.Create(CultureInfo.InvariantCulture, $"batch size {count} > maximum allowed batch size {maxInputs}"));
        }
        return ([.. inputs.EnumerateArray().Select((input, index) => One(input, string.Create(CultureInfo.InvariantCulture, $"inputs[{index}]")))], true);
    }

    private static TextInput One(JsonElement input, string name)
    {
        if (input.ValueKind != JsonValueKind.Array || input.GetArrayLength() is not (1 or 2))
        {
            throw JsonFields.Mistake(name, "a list of one string (a text) or two strings (a pair)", input);
        }
        var texts = input.EnumerateArray().Select((text, index) => JsonFields.AsString(text, string.Create(CultureInfo.InvariantCulture, $"{name}[{index}]"))).ToArray();
        return new TextInput(texts[0], texts.Length == 2 ? texts[1] : null);
    }
}
