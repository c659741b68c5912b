using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Gateway.Catalogue;

/// <summary>Reads the catalogue file. Everything that is wrong is gathered, so that one look at the list mends the file.</summary>
internal sealed partial class CatalogueDocument
{
    private const double WeightTolerance = 0.001;

    private static readonly JsonDocumentOptions Json = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };
    private static readonly HttpAddressAttribute AddressRule = new();

    private readonly List<string> _mistakes = [];

    /// <summary>The catalogue, or null and what is wrong with it.</summary>
    public static (ModelCatalogue? Catalogue, IReadOnlyList<string> Mistakes) Parse(ReadOnlyMemory<byte> json)
    {
        var reading = new CatalogueDocument();
        try
        {
            using var document = JsonDocument.Parse(json, Json);
            var catalogue = reading.Read(document.RootElement);
            return reading._mistakes.Count == 0 ? (catalogue, []) : (null, reading._mistakes);
        }
        catch (JsonException exception)
        {
            return (null, [$"is not valid JSON: {exception.Message}"]);
        }
    }

    private ModelCatalogue Read(JsonElement root)
    {
        var models = ImmutableArray.CreateBuilder<ModelEntry>();
        foreach (var (key, value) in Members(root, "the file", "models"))
        {
            foreach (var model in key == "models" ? Named(value, "models") : [])
            {
                models.Add(ReadModel(model.Name, model.Value));
            }
        }
        if (models.Count == 0 && _mistakes.Count == 0)
        {
            _mistakes.Add("models: at least one model is needed");
        }
        return new ModelCatalogue(models.ToImmutable());
    }

    private ModelEntry ReadModel(string name, JsonElement json)
    {
        var owner = $"models.{name}";
        ModelKind? kind = null;
        ImmutableArray<VersionEntry> versions = [];
        foreach (var (key, value) in Members(json, owner, "kind", "versions"))
        {
            if (key == "kind")
            {
                kind = ReadKind(value, owner);
            }
            else
            {
                versions = ReadVersions(value, owner);
            }
        }
        if (kind is null && json.ValueKind == JsonValueKind.Object && !json.TryGetProperty("kind", out _))
        {
            _mistakes.Add($"{owner}.kind is required: generator or classifier");
        }
        if (versions.IsEmpty && json.ValueKind == JsonValueKind.Object && !json.TryGetProperty("versions", out _))
        {
            _mistakes.Add($"{owner}.versions: at least one version is needed");
        }
        return new ModelEntry(name, kind ?? ModelKind.Generator, versions);
    }

    private ModelKind? ReadKind(JsonElement json, string owner)
    {
        var kind = json.ValueKind == JsonValueKind.String ? ModelKindWords.Parse(json.GetString()) : null;
        if (kind is null)
        {
            Mistake($"{owner}.kind", json, "must be generator or classifier");
        }
        return kind;
    }

    private ImmutableArray<VersionEntry> ReadVersions(JsonElement json, string owner)
    {
        var before = _mistakes.Count;
        var entries = Named(json, $"{owner}.versions").Select(version => ReadVersion(version.Name, version.Value, $"{owner}.versions.{version.Name}")).ToArray();
        if (entries.Length == 0 && _mistakes.Count == before)
        {
            _mistakes.Add($"{owner}.versions: at least one version is needed");
        }
        foreach (var label in entries.SelectMany(entry => entry.Entry.Labels).GroupBy(label => label, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            var holders = entries.Where(entry => entry.Entry.Labels.Contains(label.Key)).Select(entry => entry.Entry.Version);
            _mistakes.Add($"{owner}: the label '{label.Key}' stands on {string.Join(" and ", holders)}; a label means one version");
        }
        // A version alone needs no weight; several without any would leave open who answers.
        if (entries is [{ HasWeight: false } only])
        {
            return [only.Entry with { Weight = 100 }];
        }
        var sum = entries.Sum(entry => entry.Entry.Weight);
        if (entries.Length > 0 && _mistakes.Count == before && Math.Abs(sum - 100) > WeightTolerance)
        {
            _mistakes.Add(string.Create(CultureInfo.InvariantCulture, $"{owner}: the weights of its versions sum to {sum:0.###}; they must sum to 100"));
        }
        return [.. entries.Select(entry => entry.Entry)];
    }

    private (VersionEntry Entry, bool HasWeight) ReadVersion(string version, JsonElement json, string owner)
    {
        double? weight = null;
        var shadow = 0.0;
        ImmutableArray<string> labels = [];
        ImmutableArray<ReplicaAddress> replicas = [];
        foreach (var (key, value) in Members(json, owner, "weight", "labels", "replicas", "shadow"))
        {
            switch (key)
            {
                case "weight":
                    weight = Percent(value, $"{owner}.weight");
                    break;
                case "shadow":
                    shadow = Percent(value, $"{owner}.shadow") ?? 0;
                    break;
                case "labels":
                    labels = [.. Strings(value, $"{owner}.labels").Where(label => IsName(label, $"{owner}.labels"))];
                    break;
                default:
                    replicas = [.. Strings(value, $"{owner}.replicas").Select(text => Address(text, $"{owner}.replicas")).OfType<ReplicaAddress>()];
                    break;
            }
        }
        return (new VersionEntry(version, weight ?? 0, labels, replicas, shadow), weight is not null);
    }

    private ReplicaAddress? Address(string text, string owner)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && AddressRule.IsValid(address))
        {
            return ReplicaAddress.Of(address);
        }
        _mistakes.Add($"{owner}: '{Excerpt.Of(text)}' {HttpAddressAttribute.Rule}");
        return null;
    }

    private double? Percent(JsonElement json, string owner)
    {
        if (json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out var value) && value is >= 0 and <= 100)
        {
            return value;
        }
        Mistake(owner, json, "must be a number between 0 and 100");
        return null;
    }

    private IEnumerable<string> Strings(JsonElement json, string owner)
    {
        if (json.ValueKind == JsonValueKind.Array && json.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
        {
            return json.EnumerateArray().Select(item => item.GetString()!);
        }
        Mistake(owner, json, "must be a list of strings");
        return [];
    }

    // Members whose keys are names that people choose.
    private IEnumerable<JsonProperty> Named(JsonElement json, string owner)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            Mistake(owner, json, "must be an object");
            return [];
        }
        var repeated = json.EnumerateObject().GroupBy(member => member.Name, StringComparer.Ordinal).Where(group => group.Count() > 1);
        _mistakes.AddRange(repeated.Select(group => $"{owner}: '{group.Key}' stands there {group.Count()} times"));
        return json.EnumerateObject().Where(member => IsName(member.Name, owner)).DistinctBy(member => member.Name);
    }

    // Members whose keys are ours.
    private IEnumerable<(string Key, JsonElement Value)> Members(JsonElement json, string owner, params string[] known)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            Mistake(owner, json, "must be an object");
            yield break;
        }
        foreach (var member in json.EnumerateObject())
        {
            if (known.Contains(member.Name))
            {
                yield return (member.Name, member.Value);
            }
            else
            {
                _mistakes.Add($"{owner}.{Excerpt.Of(member.Name)} is not an option; it has {string.Join(", ", known)}");
            }
        }
    }

    private bool IsName(string name, string owner)
    {
        if (Name().IsMatch(name))
        {
            return true;
        }
        _mistakes.Add($"{owner}: '{Excerpt.Of(name)}' must be 1 to 128 letters, digits, '.', '_', '-' or '/', and start with a letter or digit");
        return false;
    }

    private void Mistake(string owner, JsonElement json, string rule) => _mistakes.Add($"{owner}={Excerpt.Of(json.GetRawText())}: {rule}");

    // The slash for names such as openai-community/gpt2.
    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$")]
    private static partial Regex Name();
}
