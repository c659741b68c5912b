using System.Globalization;
using System.Text.Json;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api;

/// <summary>Reads token ids and refuses those that the vocabulary lacks.</summary>
internal static class TokenIds
{
    /// <summary>The ids in an array of numbers.</summary>
    public static int[] Read(JsonElement array, string name, ServedGenerator generator)
    {
        var tokens = new int[array.GetArrayLength()];
        var index = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out var token) || !IsToken(token, generator))
            {
                throw JsonRequest.Mistake(string.Create(CultureInfo.InvariantCulture, $"{name}[{index}]"), Expected(generator), item);
            }
            tokens[index++] = token;
        }
        return tokens;
    }

    /// <summary>The id that an object's member is named by.</summary>
    public static int Read(JsonProperty member, string name, ServedGenerator generator)
    {
        string? text = null;
        try
        {
            text = member.Name;
        }
        catch (InvalidOperationException)
        {
            // No valid Unicode, so no number either.
        }
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var token) && IsToken(token, generator)
            ? token
            : throw ApiException.Invalid(name, $"'{name}' has a member {Excerpt.Of($"\"{text}\"")}; each must be named by {Expected(generator)}");
    }

    private static bool IsToken(int token, ServedGenerator generator) => token >= 0 && token < generator.Model.Config.VocabularySize;

    private static string Expected(ServedGenerator generator) => string.Create(CultureInfo.InvariantCulture,
        $"a token id of {generator.Identity}, 0 to {generator.Model.Config.VocabularySize - 1:N0}");
}
