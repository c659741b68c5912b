using System.Text.Json;

namespace ElasticSynapse.Serving.Models;

/// <summary>The tokens that <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> give a role, such as <c>pad_token</c>.
/// They have no ids there.</summary>
/// <remarks>The order and the precedence of transformers 5.12's <c>from_pretrained</c>.</remarks>
public sealed class SpecialTokenRoles
{
    // In the order in which they get ids. Behind the family's come those of other names.
    private readonly Dictionary<string, AddedToken?> _roles = new(StringComparer.Ordinal);
    private readonly List<AddedToken> _extra = [];

    private SpecialTokenRoles(IEnumerable<(string Role, string? Text)> family)
    {
        foreach (var (role, text) in family)
            _roles[role] = text is null ? null : new AddedToken(text, -1, Special: true);
    }

    /// <param name="config">Of <c>tokenizer_config.json</c>; null for none.</param>
    /// <param name="map">Of <c>special_tokens_map.json</c>, which goes before it; null where it does not count.</param>
    /// <param name="family">The roles of the family's own tokenizer class, with the texts that they have where none is given.</param>
    public static SpecialTokenRoles Read(JsonElement? config, JsonElement? map, IEnumerable<(string Role, string? Text)> family)
    {
        var roles = new SpecialTokenRoles(family);
        if (config is { } first)
            roles.Take(first);
        if (map is { } second)
            roles.Take(second);
        return roles;
    }

    /// <summary>The text of a role's token; null for none.</summary>
    public string? Text(string role) => _roles.GetValueOrDefault(role)?.Text;

    /// <summary>Each token once, in the order in which those that the vocabulary lacks get ids. Of tokens of one text the last
    /// tells how it is matched.</summary>
    public IEnumerable<AddedToken> Tokens => _roles.Values.OfType<AddedToken>().Concat(_extra)
        .Where(token => token.Text.Length > 0).Distinct().GroupBy(token => token.Text).Select(token => token.Last());

    private void Take(JsonElement root)
    {
        var isExtraTaken = _extra.Count > 0;
        foreach (var member in root.EnumerateObject())
        {
            var value = member.Value;
            if (member.Name.EndsWith("_special_tokens", StringComparison.Ordinal))
            {
                if (value.ValueKind == JsonValueKind.Object)
                    TakeRoles(value.EnumerateObject());
                else if (value.ValueKind == JsonValueKind.Array && (!isExtraTaken || member.NameEquals("extra_special_tokens")))
                    _extra.AddRange(value.EnumerateArray().Select(Token).OfType<AddedToken>());
            }
            else if (member.Name.EndsWith("_token", StringComparison.Ordinal))
            {
                TakeRoles([member]);
            }
        }
    }

    private void TakeRoles(IEnumerable<JsonProperty> members)
    {
        foreach (var member in members)
        {
            // add_bos_token and the like end so, too, and are no tokens.
            if (member.Value.ValueKind == JsonValueKind.Null || Token(member.Value) is not null)
                _roles[member.Name] = Token(member.Value);
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
