using System.Text.Json;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>The tokens that <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> give a role, such as <c>cls_token</c>;
/// those of BERT where they give none. They have no ids there.</summary>
/// <remarks>The precedence of transformers 5.12's <c>from_pretrained</c>.</remarks>
internal sealed class SpecialTokenRoles
{
    public const string Unknown = "unk_token";
    public const string Classification = "cls_token";
    public const string Separator = "sep_token";
    public const string Padding = "pad_token";
    private const string Mask = "mask_token";

    private static readonly (string Role, string Text)[] OfBert =
        [(Unknown, "[UNK]"), (Separator, "[SEP]"), (Padding, "[PAD]"), (Classification, "[CLS]"), (Mask, "[MASK]")];

    private readonly Dictionary<string, AddedToken?> _roles = new(StringComparer.Ordinal);
    private readonly List<AddedToken> _others = [];

    /// <param name="config">Of <c>tokenizer_config.json</c>; null for none.</param>
    /// <param name="map">Of <c>special_tokens_map.json</c>, which goes before it; null where it does not count.</param>
    /// <param name="isGeneric">Whether the tokenizer is not of BERT's own class, so that only what has been given a role has it.</param>
    public SpecialTokenRoles(JsonElement? config, JsonElement? map, bool isGeneric)
    {
        foreach (var (role, text) in isGeneric ? [] : OfBert)
            _roles[role] = new AddedToken(text, -1, Special: true);
        foreach (var root in new[] { config, map })
        {
            if (root is { } given)
                Take(given);
        }
    }

    /// <summary>Each token once. Of tokens of one text the last tells how it is matched.</summary>
    public IEnumerable<AddedToken> Tokens => _roles.Values.OfType<AddedToken>().Concat(_others)
        .Where(token => token.Text.Length > 0).GroupBy(token => token.Text).Select(token => token.Last());

    /// <summary>The text of a role's token; BERT's where it has none.</summary>
    public string Text(string role) => _roles.GetValueOrDefault(role)?.Text ?? OfBert.Single(token => token.Role == role).Text;

    private void Take(JsonElement root)
    {
        foreach (var member in root.EnumerateObject())
        {
            if (member.Name.EndsWith("_special_tokens", StringComparison.Ordinal))
            {
                if (member.Value.ValueKind is JsonValueKind.Array)
                    _others.AddRange(member.Value.EnumerateArray().Select(Token).OfType<AddedToken>());
                else if (member.Value.ValueKind is JsonValueKind.Object)
                    _others.AddRange(member.Value.EnumerateObject().Select(token => Token(token.Value)).OfType<AddedToken>());
            }
            else if (member.Name.EndsWith("_token", StringComparison.Ordinal) && (member.Value.ValueKind == JsonValueKind.Null || Token(member.Value) is not null))
            {
                _roles[member.Name] = Token(member.Value);
            }
        }
    }

    // A text, or an object with flags.
    private static AddedToken? Token(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
            return new AddedToken(value.GetString()!, -1, Special: true);
        return value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String
            ? new AddedToken(content.GetString()!, -1, Special: true, Flag("lstrip"), Flag("rstrip"), Flag("single_word"), Flag("normalized"))
            : null;

        bool Flag(string name) => value.TryGetProperty(name, out var flag) && flag.ValueKind == JsonValueKind.True;
    }
}
