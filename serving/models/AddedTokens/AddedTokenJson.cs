using System.Globalization;
using System.Text.Json;

namespace ElasticSynapse.Serving.Models;

/// <summary>Reads added tokens as <c>tokenizer.json</c> and <c>tokenizer_config.json</c> write them.</summary>
public static class AddedTokenJson
{
    private const int MaxId = 10_000_000;

    /// <summary>The list <c>added_tokens</c> of a <c>tokenizer.json</c>; empty where it has none.</summary>
    /// <exception cref="CheckpointException">An entry is broken, or asks for what is not supported.</exception>
    public static IReadOnlyList<AddedToken> ReadList(string path, JsonElement root)
    {
        if (!root.TryGetProperty("added_tokens", out var list) || list.ValueKind == JsonValueKind.Null)
            return [];
        return list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(token => Read(path, token, IdOf(token)))]
            : throw new CheckpointException($"{path}: added_tokens is {TokenizerFile.Shorten(list)}; expected a list");
    }

    /// <summary>The object <c>added_tokens_decoder</c> of a <c>tokenizer_config.json</c>; null where it has none.</summary>
    /// <exception cref="CheckpointException">As in <see cref="ReadList"/>.</exception>
    public static IReadOnlyList<AddedToken>? ReadDecoder(string path, JsonElement root) =>
        root.TryGetProperty("added_tokens_decoder", out var decoder) && decoder.ValueKind == JsonValueKind.Object
            ? [.. decoder.EnumerateObject().Select(token =>
                Read(path, token.Value, int.TryParse(token.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1))]
            : null;

    private static int IdOf(JsonElement token) =>
        token.ValueKind == JsonValueKind.Object && token.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.Number
            && id.TryGetInt32(out var number) ? number : -1;

    private static AddedToken Read(string path, JsonElement token, int id)
    {
        if (token.ValueKind != JsonValueKind.Object || !token.TryGetProperty("content", out var content) || content.ValueKind != JsonValueKind.String
            || content.GetString() is not { Length: > 0 } text || id is < 0 or > MaxId)
        {
            throw new CheckpointException($"{path}: added_tokens is {TokenizerFile.Shorten(token)}; expected an object with 'content' and a whole 'id'");
        }
        var special = Flag("special") ?? false;
        return new AddedToken(
            text, id, special, Flag("lstrip") ?? false, Flag("rstrip") ?? false, Flag("single_word") ?? false, Flag("normalized") ?? !special);

        bool? Flag(string name) => token.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.ValueKind == JsonValueKind.True
            : null;
    }
}
