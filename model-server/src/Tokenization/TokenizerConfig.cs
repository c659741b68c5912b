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

    /// <summary>The tokens with a role, such as <c>pad_token</c>.</summary>
    public required SpecialTokenRoles Roles { get; init; }

    private string? Path { get; init; }

    // Texts of the tokens that go in front of a prompt and behind it; null for none.
    private string? Front { get; init; }

    private string? Behind { get; init; }

    /// <exception cref="CheckpointException">A file is broken, or has a value of another kind.</exception>
    public static TokenizerConfig Read(string folder)
    {
        var mapFile = System.IO.Path.Combine(folder, "special_tokens_map.json");
        using var map = File.Exists(mapFile) ? TokenizerFile.ReadJson(mapFile) : null;
        var path = System.IO.Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return new TokenizerConfig { Roles = SpecialTokenRoles.Read(null, map?.RootElement, OwnRoles(isGeneric: false)) };
        using var document = TokenizerFile.ReadJson(path);
        var root = document.RootElement;
        var isGeneric = root.TryGetProperty("tokenizer_class", out var name) && name.ValueKind == JsonValueKind.String
            && name.GetString() is "PreTrainedTokenizerFast" or "TokenizersBackend";
        // Who writes the tokens with their ids here has written the map for older releases.
        var roles = SpecialTokenRoles.Read(root, root.TryGetProperty("added_tokens_decoder", out _) ? null : map?.RootElement, OwnRoles(isGeneric));
        return new TokenizerConfig
        {
            Path = path,
            Front = Flag(path, root, "add_bos_token") == true ? roles.Text("bos_token") : null,
            Behind = Flag(path, root, "add_eos_token") == true ? roles.Text("eos_token") : null,
            AddPrefixSpace = Flag(path, root, "add_prefix_space"),
            IsGeneric = isGeneric,
            AddedTokens = AddedTokenJson.ReadDecoder(path, root),
            Roles = roles,
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

    // In the order in which those that the vocabulary lacks get ids.
    private static (string Role, string? Text)[] OwnRoles(bool isGeneric)
    {
        var end = isGeneric ? null : BpeVocabulary.EndOfText;
        return [("bos_token", end), ("eos_token", end), ("unk_token", end), ("sep_token", null), ("pad_token", null), ("cls_token", null), ("mask_token", null)];
    }

    private static bool? Flag(string path, JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.ValueKind == JsonValueKind.True
            : throw new CheckpointException($"{path}: {name} is {TokenizerFile.Shorten(value)}; expected true, false or null");
    }
}
