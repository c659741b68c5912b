using System.Text;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>Reads a checkpoint folder's vocabulary and the rules that belong to it.</summary>
internal static class WordPieceReader
{
    /// <exception cref="CheckpointException">No vocabulary in the folder, or not one that can be served.</exception>
    public static WordPieceTokenizer Read(string folder, bool? lowerCase)
    {
        var vocabularyFile = Path.Combine(folder, "vocab.txt");
        var tokenizerJson = Path.Combine(folder, "tokenizer.json");
        var configFile = Path.Combine(folder, "tokenizer_config.json");
        var config = File.Exists(configFile) ? TokenizerConfig.Read(configFile) : new TokenizerConfig();

        if (File.Exists(vocabularyFile))
        {
            var tokens = ParseVocabulary(vocabularyFile);
            var lower = config.LowerCase ?? lowerCase ?? !HasUpperCase(tokens.Keys);
            var rules = new WordPieceRules
            {
                LowerCase = lower,
                StripAccents = config.StripAccents ?? lower,
                IsolateCjk = config.IsolateCjk ?? true,
                MaxWordCharacters = IsGoogleFolder(folder)
                    ? WordPieceRules.GoogleMaxWordCharacters
                    : WordPieceRules.HuggingFaceMaxWordCharacters,
            };
            return new WordPieceTokenizer(new WordPieceVocabulary(vocabularyFile, tokens), rules, config.ModelMaxLength, ReadAddedTokens(folder, config));
        }
        if (File.Exists(tokenizerJson))
        {
            var (tokens, rules) = TokenizerJson.Read(tokenizerJson, config);
            return new WordPieceTokenizer(new WordPieceVocabulary(tokenizerJson, tokens), rules, config.ModelMaxLength, ReadAddedTokens(folder, config));
        }
        throw new CheckpointException($"{folder}: no vocabulary; expected vocab.txt or tokenizer.json");
    }

    // The first file that knows a token tells how it is matched. Plain ones are matched as normalized, as in Hugging Face.
    private static IReadOnlyList<AddedToken> ReadAddedTokens(string folder, TokenizerConfig config)
    {
        var added = (config.AddedTokens ?? []).ToList();
        var pipeline = Path.Combine(folder, "tokenizer.json");
        if (File.Exists(pipeline))
        {
            using var document = TokenizerFile.ReadJson(pipeline);
            added.AddRange(AddedTokenJson.ReadList(pipeline, document.RootElement));
        }
        var plain = Path.Combine(folder, "added_tokens.json");
        if (File.Exists(plain))
        {
            using var document = TokenizerFile.ReadJson(plain);
            added.AddRange(TokenizerJson.ReadTokens(plain, document.RootElement)
                .Select(token => new AddedToken(token.Key, token.Value, Special: false, Normalized: true)));
        }
        return [.. added.DistinctBy(token => token.Text)];
    }

    // One token a line, the id is the line's index. Only the line break is cut off: other white space belongs to the token.
    private static Dictionary<string, int> ParseVocabulary(string path)
    {
        var lines = TokenizerFile.ReadText(path).Split('\n');
        var ids = new Dictionary<string, int>(lines.Length, StringComparer.Ordinal);
        for (var id = 0; id < lines.Length; id++)
        {
            var token = lines[id].EndsWith('\r') ? lines[id][..^1] : lines[id];
            // An empty line keeps its id and matches nothing. Of a repeated token the later line wins, as in Hugging Face.
            if (token.Length > 0)
                ids[token] = id;
        }
        if (ids.Count == 0)
            throw new CheckpointException($"{path}: no tokens; expected one a line");
        return ids;
    }

    private static bool HasUpperCase(IEnumerable<string> tokens) => tokens
        .Where(token => !(token.StartsWith('[') && token.EndsWith(']')))
        .Any(token => token.EnumerateRunes().Any(Rune.IsUpper));

    private static bool IsGoogleFolder(string folder) =>
        File.Exists(Path.Combine(folder, "bert_config.json"))
        && !File.Exists(Path.Combine(folder, "config.json"))
        && !File.Exists(Path.Combine(folder, "tokenizer_config.json"));
}
