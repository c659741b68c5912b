using System.Text.Json;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>
/// Hugging Face's <c>tokenizer.json</c>, as far as BERT's pipeline goes: BertNormalizer, BertPreTokenizer, WordPiece. Another
/// one is refused by name.
/// </summary>
internal static class TokenizerJson
{
    private const int MaxId = 10_000_000;
    private const int MaxWordCharactersLimit = 100_000;

    /// <param name="path">The file.</param>
    /// <param name="config">Says whether the file's pipeline counts, or BertTokenizer's with the file's vocabulary.</param>
    /// <param name="lowerCase">Whether the model is uncased, where the configuration does not say.</param>
    /// <exception cref="CheckpointException">Not BERT's pipeline, or broken.</exception>
    /// <remarks>As transformers 5.12: BertTokenizer does not look at the file's normalizer, nor at its longest word.</remarks>
    public static (Dictionary<string, int> Tokens, WordPieceRules Rules, SpecialTexts Special) Read(string path, TokenizerConfig config, bool? lowerCase)
    {
        using var document = TokenizerFile.ReadJson(path);
        var root = document.RootElement;
        var model = Stage(path, root, "model", "WordPiece");
        var normalizer = Stage(path, root, "normalizer", "BertNormalizer");
        Stage(path, root, "pre_tokenizer", "BertPreTokenizer");
        Require(path, model, "continuing_subword_prefix", "##");
        var maxWordCharacters = MaxWordCharacters(path, model);
        var rules = WordPieceRules.Of(config, lowerCase ?? true);
        var special = config.Special;
        if (config.IsGeneric)
        {
            var lower = TokenizerConfig.Flag(path, normalizer, "lowercase") ?? true;
            rules = new WordPieceRules
            {
                LowerCase = lower,
                StripAccents = TokenizerConfig.Flag(path, normalizer, "strip_accents") ?? lower,
                IsolateCjk = TokenizerConfig.Flag(path, normalizer, "handle_chinese_chars") ?? true,
                CleanText = TokenizerConfig.Flag(path, normalizer, "clean_text") ?? true,
                MaxWordCharacters = maxWordCharacters,
            };
            if (model.TryGetProperty("unk_token", out var unknown) && unknown.ValueKind == JsonValueKind.String)
                special = special with { Unknown = unknown.GetString()! };
            if (PostProcessor.Read(path, root) is var (classification, separator))
                special = special with { Classification = classification, Separator = separator };
        }
        try
        {
            return (ReadVocabulary(path, model), rules, special);
        }
        catch (InvalidOperationException exception)
        {
            throw new CheckpointException($"{path}: a token has an unpaired surrogate; expected Unicode text", exception);
        }
    }

    private static Dictionary<string, int> ReadVocabulary(string path, JsonElement model) =>
        model.TryGetProperty("vocab", out var vocabulary) && vocabulary.ValueKind == JsonValueKind.Object
            ? ReadTokens(path, vocabulary)
            : throw new CheckpointException($"{path}: model.vocab is missing; expected an object of token to id");

    /// <summary>One <c>{"token": id}</c> object.</summary>
    /// <exception cref="CheckpointException">Broken.</exception>
    public static Dictionary<string, int> ReadTokens(string path, JsonElement vocabulary)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var texts = new Dictionary<int, string>();
        foreach (var token in vocabulary.EnumerateObject())
        {
            if (token.Value.ValueKind != JsonValueKind.Number || !token.Value.TryGetInt32(out var id) || id is < 0 or > MaxId)
            {
                throw new CheckpointException($"{path}: token '{token.Name}' has id {TokenizerFile.Shorten(token.Value)}; "
                    + $"expected a whole number from 0 to {MaxId}");
            }
            if (!ids.TryAdd(token.Name, id))
                throw new CheckpointException($"{path}: token '{token.Name}' is listed twice; expected once");
            if (!texts.TryAdd(id, token.Name))
            {
                throw new CheckpointException(
                    $"{path}: id {id} belongs to both '{texts[id]}' and '{token.Name}'; each id stands for one token");
            }
        }
        return ids;
    }

    private static JsonElement Stage(string path, JsonElement root, string name, string type)
    {
        if (!root.TryGetProperty(name, out var stage) || stage.ValueKind != JsonValueKind.Object)
            throw new CheckpointException($"{path}: {name} is missing; expected {type}");
        // Some old files leave the model's type out.
        if (name != "model" || stage.TryGetProperty("type", out _))
            Require(path, stage, "type", type, name);
        return stage;
    }

    private static void Require(string path, JsonElement parent, string name, string expected, string owner = "model")
    {
        var found = parent.TryGetProperty(name, out var value) ? TokenizerFile.Shorten(value) : "missing";
        if (found != $"\"{expected}\"")
            throw new CheckpointException($"{path}: {owner}.{name} is {found}; expected {expected}");
    }

    private static int MaxWordCharacters(string path, JsonElement model)
    {
        if (!model.TryGetProperty("max_input_chars_per_word", out var value))
            return WordPieceRules.HuggingFaceMaxWordCharacters;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var limit) && limit is >= 1 and <= MaxWordCharactersLimit)
            return limit;
        throw new CheckpointException($"{path}: model.max_input_chars_per_word is {TokenizerFile.Shorten(value)}; "
            + $"expected 1 to {MaxWordCharactersLimit}");
    }
}
