using System.Text.Json;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>What <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> say; null where they say nothing.</summary>
internal sealed record TokenizerConfig
{
    public bool? LowerCase { get; init; }

    public bool? StripAccents { get; init; }

    public bool? IsolateCjk { get; init; }

    /// <summary>Whether the pipeline is that of <c>tokenizer.json</c>, not BertTokenizer's, which takes but the vocabulary from
    /// there.</summary>
    public bool IsGeneric { get; init; }

    public required SpecialTokenRoles Roles { get; init; }

    /// <summary>The texts of those that a sequence is made with.</summary>
    public SpecialTexts Special => new(
        Roles.TextOf(BertRoles.Unknown), Roles.TextOf(BertRoles.Classification), Roles.TextOf(BertRoles.Separator), Roles.TextOf(BertRoles.Padding));

    /// <summary><c>added_tokens_decoder</c>.</summary>
    public IReadOnlyList<AddedToken>? AddedTokens { get; init; }

    /// <summary>Tokens the model takes. Hugging Face writes 1e30 for "no limit": that reads as null.</summary>
    public int? ModelMaxLength { get; init; }

    /// <param name="folder">The checkpoint folder.</param>
    /// <exception cref="CheckpointException">A file is broken, or has a value of another kind.</exception>
    public static TokenizerConfig Read(string folder)
    {
        var mapFile = Path.Combine(folder, "special_tokens_map.json");
        using var map = File.Exists(mapFile) ? TokenizerFile.ReadJson(mapFile) : null;
        var path = Path.Combine(folder, "tokenizer_config.json");
        if (!File.Exists(path))
            return new TokenizerConfig { Roles = SpecialTokenRoles.Read(null, map?.RootElement, BertRoles.Own) };
        using var document = TokenizerFile.ReadJson(path);
        var root = document.RootElement;
        var isGeneric = root.TryGetProperty("tokenizer_class", out var name) && name.ValueKind == JsonValueKind.String
            && name.GetString() is "PreTrainedTokenizerFast" or "TokenizersBackend";
        return new TokenizerConfig
        {
            LowerCase = Flag(path, root, "do_lower_case"),
            StripAccents = Flag(path, root, "strip_accents"),
            IsolateCjk = Flag(path, root, "tokenize_chinese_chars"),
            IsGeneric = isGeneric,
            // Who writes the tokens with their ids here has written the map for older releases.
            Roles = SpecialTokenRoles.Read(
                root, root.TryGetProperty("added_tokens_decoder", out _) ? null : map?.RootElement, isGeneric ? [] : BertRoles.Own),
            AddedTokens = AddedTokenJson.ReadDecoder(path, root),
            ModelMaxLength = Length(path, root),
        };
    }

    /// <summary>A member that is true, false or (null, or not there) unsaid.</summary>
    internal static bool? Flag(string path, JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out var value))
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Null => null,
            _ => throw new CheckpointException($"{path}: {name} is {TokenizerFile.Shorten(value)}; expected true, false or null"),
        };
    }

    private static int? Length(string path, JsonElement root)
    {
        if (!root.TryGetProperty("model_max_length", out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind != JsonValueKind.Number || value.GetDouble() is not (>= 2 and var length))
        {
            throw new CheckpointException(
                $"{path}: model_max_length is {TokenizerFile.Shorten(value)}; expected a number of tokens, at least 2");
        }
        return length <= int.MaxValue ? (int)length : null;
    }
}
