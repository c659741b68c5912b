using System.Text.Json;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api;

/// <summary>
/// Fields that the API knows and this server can't honour yet. At their neutral value they pass; otherwise they are refused
/// by name, because ignoring them would change the answer without a word.
/// </summary>
internal static class UnsupportedFields
{
    private static readonly (string Name, Func<JsonElement, bool> IsNeutral)[] Fields =
    [
        ("suffix", element => element.ValueKind == JsonValueKind.String && element.ValueEquals("")),
    ];

    public static void Refuse(JsonRequest json)
    {
        foreach (var (name, isNeutral) in Fields)
        {
            if (json.Element(name) is { } element && !isNeutral(element))
            {
                throw ApiException.Invalid(name, $"'{name}' is not supported by this server");
            }
        }
    }
}
