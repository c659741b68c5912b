using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.ModelServer.Tokenization;

/// <summary>Finds the added tokens of a checkpoint folder, which four files may tell: Hugging Face's <c>from_pretrained</c>.</summary>
internal static class AddedTokenReader
{
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
}
