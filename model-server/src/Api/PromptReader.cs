using System.Globalization;
using System.Text.Json;
using ElasticSynapse.ModelServer.Generation;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api;

/// <summary>Reads <c>prompt</c> in each of its forms: a text, texts, token ids, several lists of token ids, or null.</summary>
internal static class PromptReader
{
    public static IReadOnlyList<Prompt> Read(JsonRequest json, ServedGenerator generator)
    {
        var allowSpecial = json.Boolean("allow_special") ?? generator.AllowSpecialTokens;
        var addSpecial = json.Boolean("add_special_tokens") ?? true;
        if (json.Element("prompt") is not { } element)
        {
            return [Prompt.Start(generator)];
        }
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                return [FromText(element, "prompt", generator, allowSpecial, addSpecial)];
            case JsonValueKind.Array when element.GetArrayLength() > 0:
                return element[0].ValueKind == JsonValueKind.Number
                    ? [FromTokens(element, "prompt", generator)]
                    : [.. element.EnumerateArray().Select((item, index) => FromItem(item, index, generator, allowSpecial, addSpecial))];
            default:
                throw JsonRequest.Mistake("prompt", "a string, a non-empty array of strings, of token ids, or of arrays of token ids", element);
        }
    }

    private static Prompt FromItem(JsonElement item, int index, ServedGenerator generator, bool allowSpecial, bool addSpecial)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"prompt[{index}]");
        return item.ValueKind switch
        {
            JsonValueKind.String => FromText(item, name, generator, allowSpecial, addSpecial),
            JsonValueKind.Array when item.GetArrayLength() > 0 => FromTokens(item, name, generator),
            _ => throw JsonRequest.Mistake(name, "a string or a non-empty array of token ids", item),
        };
    }

    private static Prompt FromText(JsonElement element, string name, ServedGenerator generator, bool allowSpecial, bool addSpecial) =>
        Prompt.Of(JsonRequest.AsString(element, name), generator, allowSpecial, addSpecial);

    private static Prompt FromTokens(JsonElement element, string name, ServedGenerator generator)
    {
        var tokens = TokenIds.Read(element, name, generator);
        return new Prompt(generator.Tokenizer.Decode(tokens), tokens);
    }
}
