using System.Text.Json;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>What <c>tokenizer_config.json</c> says; null where it says nothing.</summary>
internal sealed record TokenizerConfig
{
    public bool? LowerCase { get; init; }

    public bool? StripAccents { get; init; }

    public bool? IsolateCjk { get; init; }

    /// <summary><c>added_tokens_decoder</c>.</summary>
    public IReadOnlyList<AddedToken>? AddedTokens { get; init; }

    /// <summary>Tokens the model takes. Hugging Face writes 1e30 for "no limit": that reads as null.</summary>
    public int? ModelMaxLength { get; init; }

    /// <exception cref="CheckpointException">Broken, or a value of another kind.</exception>
    public static TokenizerConfig Read(string path)
    {
        using var document = TokenizerFile.ReadJson(path);
        var root = document.RootElement;
        return new TokenizerConfig
        {
            LowerCase = Flag(path, root, "do_lower_case"),
            StripAccents = Flag(path, root, "strip_accents"),
            IsolateCjk = Flag(path, root, "tokenize_chinese_chars"),
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
