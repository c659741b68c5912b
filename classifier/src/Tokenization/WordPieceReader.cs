using System.Text;
using System.Text.Json;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>Reads a checkpoint folder's vocabulary and the rules that belong to it.</summary>
internal static class WordPieceReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

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
            return new WordPieceTokenizer(new WordPieceVocabulary(vocabularyFile, tokens), rules, config.ModelMaxLength);
        }
        if (File.Exists(tokenizerJson))
        {
            var (tokens, rules) = TokenizerJson.Read(tokenizerJson, config);
            return new WordPieceTokenizer(new WordPieceVocabulary(tokenizerJson, tokens), rules, config.ModelMaxLength);
        }
        throw new CheckpointException($"{folder}: no vocabulary; expected vocab.txt or tokenizer.json");
    }

    /// <summary>Parses a JSON file. The caller owns the document.</summary>
    internal static JsonDocument ReadJson(string path)
    {
        try
        {
            var document = JsonDocument.Parse(ReadText(path));
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
            throw new CheckpointException($"{path}: not a JSON object; expected one");
        }
        catch (JsonException exception)
        {
            throw new CheckpointException($"{path}: not JSON (line {exception.LineNumber + 1}); expected a JSON object", exception);
        }
    }

    /// <summary>The value as a message shows it: one line, not long.</summary>
    internal static string Shorten(JsonElement value)
    {
        var text = value.GetRawText().ReplaceLineEndings(" ");
        return text.Length <= 40 ? text : text[..40] + "…";
    }

    // One token a line, the id is the line's index. Only the line break is cut off: other white space belongs to the token.
    private static Dictionary<string, int> ParseVocabulary(string path)
    {
        var lines = ReadText(path).Split('\n');
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

    private static string ReadText(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path).AsSpan();
            return StrictUtf8.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new CheckpointException($"{path}: not UTF-8 at byte {exception.Index}; expected UTF-8 text", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{path}: cannot be read ({exception.Message}); expected a readable file", exception);
        }
    }
}
