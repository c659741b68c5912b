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

    // Texts of the tokens that go in front of a prompt and behind it; null for none.
    private string? Front { get; init; }

    private string? Behind { get; init; }

    /// <exception cref="CheckpointException">A file is broken, or has a value of another kind.</exception>
    public static TokenizerConfig Read(string folder)
    {
        var special = new HashSet<string>(StringComparer.Ordinal);
        var roles = new Dictionary<string, string?>(StringComparer.Ordinal) { ["bos_token"] = BpeVocabulary.EndOfText, ["eos_token"] = BpeVocabulary.EndOfText };
        var map = System.IO.Path.Combine(folder, "special_tokens_map.json");
        if (File.Exists(map))
        {
            using var mapped = TokenizerFile.ReadJson(map);
            ReadRoles(mapped.RootElement, special, roles);
        }
        var path = System.IO.Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return new TokenizerConfig { SpecialTexts = special };
        using var document = TokenizerFile.ReadJson(path);
        var root = document.RootElement;
        ReadRoles(root, special, roles);
        return new TokenizerConfig
        {
            Path = path,
            Front = Flag(path, root, "add_bos_token") == true ? roles["bos_token"] : null,
            Behind = Flag(path, root, "add_eos_token") == true ? roles["eos_token"] : null,
            AddPrefixSpace = Flag(path, root, "add_prefix_space"),
            IsGeneric = root.TryGetProperty("tokenizer_class", out var name) && name.ValueKind == JsonValueKind.String
                && name.GetString() is "PreTrainedTokenizerFast" or "TokenizersBackend",
            AddedTokens = AddedTokenJson.ReadDecoder(path, root),
            SpecialTexts = special,
        };
    }

    /// <summary>What <c>add_bos_token</c> and <c>add_eos_token</c> put around every prompt where no <c>tokenizer.json</c> tells.</summary>
    /// <exception cref="CheckpointException">It is no token.</exception>
    public TokensAround Around(IReadOnlyDictionary<string, int> tokens, IReadOnlyList<AddedToken> added)
    {
        return new TokensAround(Ids("bos", Front), Ids("eos", Behind));

        int[] Ids(string role, string? text) => text is null ? []
            : added.FirstOrDefault(token => token.Text == text)?.Id is { } id || tokens.TryGetValue(text, out id) ? [id]
            : throw new CheckpointException($"{Path}: add_{role}_token is true, and {role}_token is '{text}'; expected a token of the vocabulary");
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
    private static void ReadRoles(JsonElement root, HashSet<string> texts, Dictionary<string, string?> roles)
    {
        foreach (var role in root.EnumerateObject().Where(role => role.Name.EndsWith("_token", StringComparison.Ordinal) || role.Name.EndsWith("_special_tokens", StringComparison.Ordinal)))
        {
            foreach (var value in role.Value.ValueKind == JsonValueKind.Array ? role.Value.EnumerateArray().ToList() : [role.Value])
            {
                var content = value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out var inner) ? inner : value;
                if (content.ValueKind == JsonValueKind.String)
                    texts.Add(content.GetString()!);
                if (roles.ContainsKey(role.Name))
                    roles[role.Name] = content.ValueKind == JsonValueKind.String ? content.GetString() : null;
            }
        }
    }
}
