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
        ("best_of", element => IsNumber(element, 0) || IsNumber(element, 1)),
        ("num_beams", element => IsNumber(element, 1)),
        ("suffix", element => element.ValueKind == JsonValueKind.String && element.ValueEquals("")),
        ("truncate_prompt_tokens", _ => false),
        ("use_beam_search", IsFalse),
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

    private static bool IsNumber(JsonElement element, double value) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var number) && number == value;

    private static bool IsFalse(JsonElement element) => element.ValueKind == JsonValueKind.False;
}
