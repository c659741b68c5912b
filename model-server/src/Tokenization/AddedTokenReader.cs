using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.ModelServer.Tokenization;

/// <summary>Finds the added tokens of a checkpoint folder, which four files may tell: Hugging Face's <c>from_pretrained</c>.</summary>
internal static class AddedTokenReader
{
    private const int MaxId = 10_000_000;

    /// <summary><c>added_tokens_decoder</c> of <c>tokenizer_config.json</c>, <c>tokenizer.json</c>, <c>added_tokens.json</c>, the first
    /// that knows a token; and the tokens of the vocabulary that have a role.</summary>
    /// <exception cref="CheckpointException">A file is broken, or asks for what is not supported.</exception>
    public static IReadOnlyList<AddedToken> Read(string folder, BpeFiles files, TokenizerConfig config)
    {
        var added = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        foreach (var token in (config.AddedTokens ?? []).Concat(files.AddedTokens).Concat(ReadPlain(folder)))
            added.TryAdd(token.Text, token);
        foreach (var text in config.SpecialTexts)
        {
            if (added.TryGetValue(text, out var token))
                added[text] = token with { Special = true };
            else if (text.Length > 0 && files.Tokens.TryGetValue(text, out var id))
                added.Add(text, new AddedToken(text, id, Special: true));
        }
        return [.. added.Values];

        IEnumerable<AddedToken> ReadPlain(string folder)
        {
            var path = Path.Combine(folder, "added_tokens.json");
            if (!File.Exists(path))
                return [];
            using var document = TokenizerFile.ReadJson(path);
            return [.. BpeVocabularyReader.ReadTokens(document.RootElement, path).Where(token => token.Key.Length > 0)
                .Select(token => new AddedToken(token.Key, token.Value, Special: false, Normalized: !config.SpecialTexts.Contains(token.Key)))];
        }
    }

    /// <summary>An entry of <c>added_tokens</c>.</summary>
    public static AddedToken Read(string path, JsonElement token) =>
        Read(path, token, token.ValueKind == JsonValueKind.Object && token.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.Number
            && id.TryGetInt32(out var number) ? number : -1);

    /// <summary>An entry of <c>added_tokens_decoder</c>, by its id.</summary>
    public static AddedToken Read(string path, JsonProperty token) =>
        Read(path, token.Value, int.TryParse(token.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1);

    private static AddedToken Read(string path, JsonElement token, int id)
    {
        if (token.ValueKind != JsonValueKind.Object || !token.TryGetProperty("content", out var content) || content.ValueKind != JsonValueKind.String
            || content.GetString() is not { Length: > 0 } text || id is < 0 or > MaxId)
        {
            throw new CheckpointException($"{path}: added_tokens is {TokenizerFile.Shorten(token)}; expected an object with 'content' and a whole 'id'");
        }
        if (Flag("single_word") == true)
            throw new CheckpointException($"{path}: single_word of the added token '{text}' is true; expected false");
        var special = Flag("special") ?? false;
        return new AddedToken(text, id, special, Flag("lstrip") ?? false, Flag("rstrip") ?? false, Flag("normalized") ?? !special);

        bool? Flag(string name) => token.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.ValueKind == JsonValueKind.True
            : null;
    }
}
