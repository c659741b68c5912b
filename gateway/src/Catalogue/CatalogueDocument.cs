using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Gateway.Configuration;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Gateway.Catalogue;

/// <summary>The format of the catalogue file.</summary>
internal sealed class CatalogueDocument(StrictJson file)
{
    private const double WeightTolerance = 0.001;

    private static readonly HttpAddressAttribute AddressRule = new();

    /// <summary>The catalogue, or null and what is wrong with it.</summary>
    public static (ModelCatalogue? Catalogue, IReadOnlyList<string> Mistakes) Parse(ReadOnlyMemory<byte> json) =>
        StrictJson.Parse(json, (file, root) => new CatalogueDocument(file).Read(root));

    private ModelCatalogue Read(JsonElement root)
    {
        var models = ImmutableArray.CreateBuilder<ModelEntry>();
        foreach (var (key, value) in file.Members(root, "the file", "models"))
        {
            foreach (var model in key == "models" ? file.Named(value, "models") : [])
            {
                models.Add(ReadModel(model.Name, model.Value));
            }
        }
        if (models.Count == 0 && file.MistakeCount == 0)
        {
            file.Add("models: at least one model is needed");
        }
        return new ModelCatalogue(models.ToImmutable());
    }

    private ModelEntry ReadModel(string name, JsonElement json)
    {
        var owner = $"models.{name}";
        ModelKind? kind = null;
        ImmutableArray<VersionEntry> versions = [];
        foreach (var (key, value) in file.Members(json, owner, "kind", "versions"))
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
            file.Add($"{owner}.kind is required: generator or classifier");
        }
        if (versions.IsEmpty && json.ValueKind == JsonValueKind.Object && !json.TryGetProperty("versions", out _))
        {
            file.Add($"{owner}.versions: at least one version is needed");
        }
        return new ModelEntry(name, kind ?? ModelKind.Generator, versions);
    }

    private ModelKind? ReadKind(JsonElement json, string owner)
    {
        var kind = json.ValueKind == JsonValueKind.String ? ModelKindWords.Parse(json.GetString()) : null;
        if (kind is null)
        {
            file.Add($"{owner}.kind", json, "must be generator or classifier");
        }
        return kind;
    }

    private ImmutableArray<VersionEntry> ReadVersions(JsonElement json, string owner)
    {
        var before = file.MistakeCount;
        var entries = file.Named(json, $"{owner}.versions").Select(version => ReadVersion(version.Name, version.Value, $"{owner}.versions.{version.Name}")).ToArray();
        if (entries.Length == 0 && file.MistakeCount == before)
        {
            file.Add($"{owner}.versions: at least one version is needed");
        }
        foreach (var label in entries.SelectMany(entry => entry.Entry.Labels).GroupBy(label => label, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            var holders = entries.Where(entry => entry.Entry.Labels.Contains(label.Key)).Select(entry => entry.Entry.Version);
            file.Add($"{owner}: the label '{label.Key}' stands on {string.Join(" and ", holders)}; a label means one version");
        }
        // A version alone needs no weight; several without any would leave open who answers.
        if (entries is [{ HasWeight: false } only])
        {
            return [only.Entry with { Weight = 100 }];
        }
        var sum = entries.Sum(entry => entry.Entry.Weight);
        if (entries.Length > 0 && file.MistakeCount == before && Math.Abs(sum - 100) > WeightTolerance)
        {
            file.Add(string.Create(CultureInfo.InvariantCulture, $"{owner}: the weights of its versions sum to {sum:0.###}; they must sum to 100"));
        }
        return [.. entries.Select(entry => entry.Entry)];
    }

    private (VersionEntry Entry, bool HasWeight) ReadVersion(string version, JsonElement json, string owner)
    {
        double? weight = null;
        var shadow = 0.0;
        ImmutableArray<string> labels = [];
        ImmutableArray<ReplicaAddress> replicas = [];
        foreach (var (key, value) in file.Members(json, owner, "weight", "labels", "shadow", "replicas"))
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
                    labels = [.. file.Strings(value, $"{owner}.labels").Where(label => file.IsName(label, $"{owner}.labels"))];
                    break;
                default:
                    replicas = [.. file.Strings(value, $"{owner}.replicas").Select(text => Address(text, $"{owner}.replicas")).OfType<ReplicaAddress>()];
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
        file.Add($"{owner}: '{Excerpt.Of(text)}' {HttpAddressAttribute.Rule}");
        return null;
    }

    private double? Percent(JsonElement json, string owner)
    {
        if (json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out var value) && value is >= 0 and <= 100)
        {
            return value;
        }
        file.Add(owner, json, "must be a number between 0 and 100");
        return null;
    }
}
