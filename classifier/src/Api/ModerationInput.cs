using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api;

/// <summary>The three forms of <c>input</c> in OpenAI's moderation API.</summary>
internal static class ModerationInput
{
    private const string Accepted = "a string, a list of strings, or a list of text parts";

    /// <summary>A string is one text, a list of strings as many, and a list of parts together one, joined by newlines.</summary>
    public static string[] Read(JsonRequest json, int maxTexts)
    {
        var input = json.Element("input") ?? throw ApiException.Invalid("input", $"'input' is required: {Accepted}");
        return input.ValueKind switch
        {
            JsonValueKind.String => [JsonRequest.AsString(input, "input")],
            JsonValueKind.Array when input.GetArrayLength() > 0 && input[0].ValueKind == JsonValueKind.Object =>
                [string.Join('\n', input.EnumerateArray().Select(PartText))],
            JsonValueKind.Array => TextFields.List(input, "input", maxTexts),
            _ => throw JsonRequest.Mistake("input", Accepted, input),
        };
    }

    private static string PartText(JsonElement part, int index)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"input[{index}]");
        if (part.ValueKind != JsonValueKind.Object)
        {
            throw JsonRequest.Mistake(name, "a text part like the ones before it", part);
        }
        var type = JsonRequest.AsString(Member(part, name, "type"), $"{name}.type");
        return type switch
        {
            "text" => JsonRequest.AsString(Member(part, name, "text"), $"{name}.text"),
            "image_url" => throw ApiException.Invalid(name, $"'{name}' is an image; this server classifies text only"),
            _ => throw JsonRequest.Mistake($"{name}.type", "\"text\"", Member(part, name, "type")),
        };
    }

    private static JsonElement Member(JsonElement part, string name, string member) =>
        JsonRequest.Element(part, member, name) ?? throw ApiException.Invalid(
            $"{name}.{member}", $"'{name}.{member}' is required in a part: {{\"type\":\"text\",\"text\":\"…\"}}");
}
