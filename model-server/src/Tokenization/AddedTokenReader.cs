using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.ModelServer.Tokenization;

/// <summary>Finds the added tokens of a checkpoint folder, which four files may tell: Hugging Face's <c>from_pretrained</c>.</summary>
internal static class AddedTokenReader
{
    /// <summary><c>added_tokens_decoder</c> of <c>tokenizer_config.json</c>, <c>tokenizer.json</c>, <c>added_tokens.json</c>, the first
    /// that knows a token; and the tokens with a role. One that no file gives an id gets the next, if the model has that row.</summary>
    /// <param name="folder">The checkpoint folder.</param>
    /// <param name="files">What the vocabulary's files say.</param>
    /// <param name="config">What the configuration says.</param>
    /// <param name="rows">Of the model's embedding.</param>
    /// <exception cref="CheckpointException">A file is broken, or asks for what is not supported.</exception>
    public static IReadOnlyList<AddedToken> Read(string folder, BpeFiles files, TokenizerConfig config, int rows)
    {
        AddedToken[] roles = [.. config.Roles.Tokens];
        var added = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        foreach (var token in (config.AddedTokens ?? []).Concat(files.AddedTokens).Concat(ReadPlain(folder, roles)))
            added.TryAdd(token.Text, token);
        var next = files.Tokens.Values.Concat(added.Values.Select(token => token.Id)).DefaultIfEmpty(-1).Max() + 1;
        foreach (var role in roles)
        {
            if (added.TryGetValue(role.Text, out var token))
                added[role.Text] = token with { Special = true };
            else if (files.Tokens.TryGetValue(role.Text, out var id))
                added.Add(role.Text, role with { Id = id });
            // What a model lacks a row for was never trained: the folder's author has not resized it.
            else if (next < rows && role.Text != BpeVocabulary.EndOfText)
                added.Add(role.Text, role with { Id = next++ });
        }
        return [.. added.Values];
    }

    private static IReadOnlyList<AddedToken> ReadPlain(string folder, AddedToken[] roles)
    {
        var path = Path.Combine(folder, "added_tokens.json");
        if (!File.Exists(path))
            return [];
        using var document = TokenizerFile.ReadJson(path);
        return [.. BpeVocabularyReader.ReadTokens(document.RootElement, path).Where(token => token.Key.Length > 0)
            .Select(token => new AddedToken(token.Key, token.Value, Special: false, Normalized: roles.All(role => role.Text != token.Key)))];
    }
}
