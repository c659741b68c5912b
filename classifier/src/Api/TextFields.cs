using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api;

/// <summary>Fields that several routes read alike.</summary>
internal static class TextFields
{
    /// <summary>A list of strings.</summary>
    /// <exception cref="ApiException">No list, an empty or too long one, or one that holds something else; the message names which element.</exception>
    public static string[] List(JsonElement list, string name, int maxTexts)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw JsonRequest.Mistake(name, "a list of strings", list);
        }
        var count = list.GetArrayLength();
        if (count == 0)
        {
            throw ApiException.Invalid(name, $"'{name}' is empty; at least one text is required");
        }
        if (count > maxTexts)
        {
            throw ApiException.Invalid(name, string.Create(CultureInfo.InvariantCulture,
                $"'{name}' has {count:N0} texts; this server accepts {maxTexts:N0} a request (Classification__MaxTextsPerRequest)"));
        }
        return [.. list.EnumerateArray().Select((element, index) =>
            JsonRequest.AsString(element, string.Create(CultureInfo.InvariantCulture, $"{name}[{index}]")))];
    }
}
