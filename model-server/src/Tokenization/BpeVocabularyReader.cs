using System.Text.Json;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.ModelServer.Tokenization;

/// <summary>Finds and reads the vocabulary of a checkpoint folder, under OpenAI's or Hugging Face's file names.</summary>
internal static class BpeVocabularyReader
{
    // A vocabulary is a few times 50,000 tokens. The limit keeps a mistyped id from allocating gigabytes.
    private const int MaxId = 10_000_000;

    /// <param name="folder">The checkpoint folder.</param>
    /// <param name="rows">Of the model's embedding: special tokens without an id get those that are left.</param>
    /// <exception cref="CheckpointException">No vocabulary in the folder, or not one that can be served.</exception>
    public static BpeVocabulary Read(string folder, int rows)
    {
        var config = TokenizerConfig.Read(folder);
        var tokenizerJson = Path.Combine(folder, "tokenizer.json");
        var files = (File.Exists(tokenizerJson) ? TokenizerJson.Read(tokenizerJson, config) : null)
            ?? ReadPair(folder, "vocab.json", "merges.txt", config)
            ?? ReadPair(folder, "encoder.json", "vocab.bpe", config)
            ?? throw new CheckpointException($"{folder}: no vocabulary; expected vocab.json and merges.txt, "
                + "encoder.json and vocab.bpe, or tokenizer.json");
        var added = AddedTokenReader.Read(folder, files, config, rows);
        return new BpeVocabulary(files with { AddedTokens = added, Around = files.Around ?? config.Around(files.Tokens, added) });
    }

    /// <summary>Reads one <c>{"token": id}</c> object.</summary>
    internal static Dictionary<string, int> ReadTokens(JsonElement tokens, string path)
    {
        if (tokens.ValueKind != JsonValueKind.Object)
            throw new CheckpointException($"{path}: the vocabulary is {TokenizerFile.Shorten(tokens)}; expected an object of token to id");
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var token in tokens.EnumerateObject())
        {
            var text = TextOf(token, path);
            if (token.Value.ValueKind != JsonValueKind.Number || !token.Value.TryGetInt32(out var id) || id is < 0 or > MaxId)
            {
                throw new CheckpointException(
                    $"{path}: token '{text}' has id {TokenizerFile.Shorten(token.Value)}; expected a whole number from 0 to {MaxId}");
            }
            if (!ids.TryAdd(text, id))
                throw new CheckpointException($"{path}: token '{text}' is listed twice; expected once");
        }
        return ids;
    }

    private static string TextOf(JsonProperty token, string path)
    {
        try
        {
            return token.Name;
        }
        catch (InvalidOperationException exception)
        {
            throw new CheckpointException($"{path}: a token has an unpaired surrogate; expected Unicode text", exception);
        }
    }

    private static BpeFiles? ReadPair(string folder, string vocabularyName, string mergesName, TokenizerConfig config)
    {
        var vocabularyFile = Path.Combine(folder, vocabularyName);
        var mergesFile = Path.Combine(folder, mergesName);
        switch (File.Exists(vocabularyFile), File.Exists(mergesFile))
        {
            case (false, false):
                return null;
            case (true, false):
                throw new CheckpointException($"{mergesFile}: missing; {vocabularyName} needs it beside it");
            case (false, true):
                throw new CheckpointException($"{vocabularyFile}: missing; {mergesName} needs it beside it");
        }

        using var vocabulary = TokenizerFile.ReadJson(vocabularyFile);
        var tokens = ReadTokens(vocabulary.RootElement, vocabularyFile);
        return new BpeFiles(vocabularyFile, mergesFile, tokens, ReadMerges(mergesFile), [], AddsPrefixSpace: config.AddPrefixSpace ?? false);
    }

    private static List<(string Left, string Right, string Place)> ReadMerges(string path)
    {
        var lines = TokenizerFile.ReadText(path).Split('\n');
        var merges = new List<(string, string, string)>(lines.Length);
        var last = lines.Length;
        while (last > 0 && lines[last - 1].AsSpan().TrimEnd('\r').IsEmpty)
            last--;
        for (var i = 0; i < last; i++)
        {
            // '#' is also an ordinary symbol: only the first line can be the version comment.
            if (i == 0 && lines[i].StartsWith("#version", StringComparison.Ordinal))
                continue;
            var line = lines[i].EndsWith('\r') ? lines[i][..^1] : lines[i];
            var blank = line.IndexOf(' ', StringComparison.Ordinal);
            if (blank <= 0 || blank == line.Length - 1)
                throw new CheckpointException($"{path}: line {i + 1} is '{line}'; expected two symbols with a blank between them");
            merges.Add((line[..blank], line[(blank + 1)..], $"line {i + 1}"));
        }
        return merges;
    }
}
