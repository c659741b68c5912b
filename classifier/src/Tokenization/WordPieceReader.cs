using System.Text;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>Reads a checkpoint folder's vocabulary and the rules that belong to it.</summary>
internal static class WordPieceReader
{
    /// <exception cref="CheckpointException">No vocabulary in the folder, or not one that can be served.</exception>
    public static WordPieceTokenizer Read(string folder, bool? lowerCase)
    {
        var config = TokenizerConfig.Read(folder);
        var pipeline = Path.Combine(folder, "tokenizer.json");
        if (File.Exists(pipeline))
        {
            var (tokens, rules, special) = TokenizerJson.Read(pipeline, config, lowerCase);
            return Make(pipeline, tokens, rules, special);
        }
        var vocabulary = SavedModelAssets.Find(folder, "vocab.txt");
        if (File.Exists(vocabulary))
        {
            var isGoogle = IsGoogleFolder(folder);
            var tokens = ParseVocabulary(vocabulary, isGoogle);
            var rules = WordPieceRules.Of(config, lowerCase ?? !HasUpperCase(tokens.Keys, config.Roles));
            return Make(vocabulary, tokens, isGoogle ? rules with { MaxWordCharacters = WordPieceRules.GoogleMaxWordCharacters } : rules, config.Special);
        }
        throw new CheckpointException($"{folder}: no vocabulary; expected vocab.txt or tokenizer.json");

        WordPieceTokenizer Make(string file, Dictionary<string, int> tokens, WordPieceRules rules, SpecialTexts special)
        {
            var added = ReadAddedTokens(folder, config, tokens);
            return new WordPieceTokenizer(new WordPieceVocabulary(tokens), rules, config.ModelMaxLength, added, SpecialIds.Of(file, special, tokens, added));
        }
    }

    // The first file that knows a token tells how it is matched. Plain ones are matched as normalized, as in Hugging Face. Those
    // with a role are special.
    private static IReadOnlyList<AddedToken> ReadAddedTokens(string folder, TokenizerConfig config, Dictionary<string, int> tokens)
    {
        var added = (config.AddedTokens ?? []).ToList();
        var pipeline = Path.Combine(folder, "tokenizer.json");
        if (File.Exists(pipeline))
        {
            using var document = TokenizerFile.ReadJson(pipeline);
            added.AddRange(AddedTokenJson.ReadList(pipeline, document.RootElement));
        }
        var plain = Path.Combine(folder, "added_tokens.json");
        var roles = config.Roles.Tokens.ToDictionary(token => token.Text, StringComparer.Ordinal);
        if (File.Exists(plain))
        {
            using var document = TokenizerFile.ReadJson(plain);
            added.AddRange(TokenizerJson.ReadTokens(plain, document.RootElement)
                .Select(token => new AddedToken(token.Key, token.Value, Special: false, Normalized: !roles.ContainsKey(token.Key))));
        }
        added.AddRange(roles.Values.Where(role => tokens.ContainsKey(role.Text)).Select(role => role with { Id = tokens[role.Text] }));
        return [.. added.DistinctBy(token => token.Text).Select(token => roles.ContainsKey(token.Text) ? token with { Special = true } : token)];
    }

    // One token a line, the id is the line's index. Google strips white space around it, huggingface/tokenizers behind it.
    private static Dictionary<string, int> ParseVocabulary(string path, bool isGoogle)
    {
        var lines = TokenizerFile.ReadText(path).Split('\n');
        var ids = new Dictionary<string, int>(lines.Length, StringComparer.Ordinal);
        for (var id = 0; id < lines.Length; id++)
        {
            var token = isGoogle ? lines[id].Trim() : lines[id].TrimEnd();
            // An empty line keeps its id and matches nothing. Of a repeated token the later line wins, as in Hugging Face.
            if (token.Length > 0)
                ids[token] = id;
        }
        if (ids.Count == 0)
            throw new CheckpointException($"{path}: no tokens; expected one a line");
        return ids;
    }

    private static bool HasUpperCase(IEnumerable<string> tokens, SpecialTokenRoles roles) => tokens
        .Where(token => !(token.StartsWith('[') && token.EndsWith(']'))).Except(roles.Tokens.Select(role => role.Text))
        .Any(token => token.EnumerateRunes().Any(Rune.IsUpper));

    private static bool IsGoogleFolder(string folder) =>
        File.Exists(SavedModelAssets.Find(folder, "bert_config.json"))
        && !File.Exists(Path.Combine(folder, "config.json"))
        && !File.Exists(Path.Combine(folder, "tokenizer_config.json"));
}
