using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Model;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api;

/// <summary>Fields that several routes read alike.</summary>
internal static class TextFields
{
    private const int MaxQuotedLength = 80;

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

    /// <exception cref="ApiException">The request asks for a model that is not served here.</exception>
    public static void CheckModel(string? asked, ModelIdentity served)
    {
        if (asked is null || served.IsCalled(asked))
        {
            return;
        }
        var shown = asked.Length <= MaxQuotedLength ? asked : $"{asked[..MaxQuotedLength].TrimEnd('\uD800')}…";
        throw new ApiException(
            ErrorKind.ModelNotFound,
            $"The model '{shown}' does not exist; this server has '{served.Name}', version '{served.Version}'",
            "model");
    }
}
