using System.Text.Json;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.ModelServer.Tokenization;

/// <summary>What <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> say of GPT-2's tokenizer, as far as it changes
/// tokens.</summary>
internal sealed record TokenizerConfig
{
    private const string FileName = "tokenizer_config.json";

    /// <summary>null where it is not said.</summary>
    public bool? AddPrefixSpace { get; private init; }

    /// <summary>Whether the pipeline is that of <c>tokenizer.json</c>, not GPT2Tokenizer's, which takes but the vocabulary from
    /// there.</summary>
    public bool IsGeneric { get; private init; }

    /// <summary><c>added_tokens_decoder</c>; null where there is none.</summary>
    public IReadOnlyList<AddedToken>? AddedTokens { get; private init; }

    /// <summary>Texts of the tokens with a role, such as <c>pad_token</c>.</summary>
    public IReadOnlySet<string> SpecialTexts { get; private init; } = new HashSet<string>(StringComparer.Ordinal);

    private string? Path { get; init; }

    // The name of a member that asks for a token in front or behind.
    private string? AddedAround { get; init; }

    /// <exception cref="CheckpointException">A file is broken, or has a value of another kind.</exception>
    public static TokenizerConfig Read(string folder)
    {
        var special = new HashSet<string>(StringComparer.Ordinal);
        var map = System.IO.Path.Combine(folder, "special_tokens_map.json");
        if (File.Exists(map))
        {
            using var roles = TokenizerFile.ReadJson(map);
            AddSpecialTexts(roles.RootElement, special);
        }
        var path = System.IO.Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return new TokenizerConfig { SpecialTexts = special };
        using var document = TokenizerFile.ReadJson(path);
        var root = document.RootElement;
        AddSpecialTexts(root, special);
        return new TokenizerConfig
        {
            Path = path,
            AddedAround = Flag(path, root, "add_bos_token") == true ? "add_bos_token" : Flag(path, root, "add_eos_token") == true ? "add_eos_token" : null,
            AddPrefixSpace = Flag(path, root, "add_prefix_space"),
            IsGeneric = root.TryGetProperty("tokenizer_class", out var name) && name.ValueKind == JsonValueKind.String
                && name.GetString() is "PreTrainedTokenizerFast" or "TokenizersBackend",
            AddedTokens = AddedTokenJson.ReadDecoder(path, root),
            SpecialTexts = special,
        };
    }

    /// <summary>Without a <c>tokenizer.json</c>, whose post-processor would tell, these flags put tokens around every text.</summary>
    /// <exception cref="CheckpointException">One of them is set.</exception>
    public void RefuseTokensAround()
    {
        if (AddedAround is not null)
            throw new CheckpointException($"{Path}: {AddedAround} is true; expected false: no token is put in front or behind");
    }

    private static bool? Flag(string path, JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.ValueKind == JsonValueKind.True
            : throw new CheckpointException($"{path}: {name} is {TokenizerFile.Shorten(value)}; expected true, false or null");
    }

    // "bos_token", "pad_token", "additional_special_tokens": a text, an object with "content", or a list of either.
    private static void AddSpecialTexts(JsonElement root, HashSet<string> texts)
    {
        foreach (var role in root.EnumerateObject().Where(role => role.Name.EndsWith("_token", StringComparison.Ordinal) || role.Name.EndsWith("_special_tokens", StringComparison.Ordinal)))
        {
            foreach (var value in role.Value.ValueKind == JsonValueKind.Array ? role.Value.EnumerateArray().ToList() : [role.Value])
            {
                var content = value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out var inner) ? inner : value;
                if (content.ValueKind == JsonValueKind.String)
                    texts.Add(content.GetString()!);
            }
        }
    }
}
