using System.Globalization;
using System.Text.Json;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api;

/// <summary>Reads an array of token ids and refuses ids that the vocabulary lacks.</summary>
internal static class TokenIds
{
    public static int[] Read(JsonElement array, string name, ServedGenerator generator)
    {
        var vocabulary = generator.Model.Config.VocabularySize;
        var tokens = new int[array.GetArrayLength()];
        var index = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out var token) || token < 0 || token >= vocabulary)
            {
                var itemName = string.Create(CultureInfo.InvariantCulture, $"{name}[{index}]");
                throw JsonRequest.Mistake(itemName, string.Create(CultureInfo.InvariantCulture,
                    $"a token id of {generator.Identity}, 0 to {vocabulary - 1:N0}"), item);
            }
            tokens[index++] = token;
        }
        return tokens;
    }
}
