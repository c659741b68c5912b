using System.Globalization;
using System.Text.Json;

namespace ElasticSynapse.Gateway.Catalogue.Kubernetes;

/// <summary>Makes a catalogue of labelled Services and their EndpointSlices. A pure function of the two.</summary>
/// <remarks>Weights are relative: two annotations can't be changed at once, so that in between they sum to anything.</remarks>
internal static class ClusterCatalogue
{
    private const string Prefix = "elastic-synapse.io/";

    /// <param name="services">JSON of v1 Services, in a stable order.</param>
    /// <param name="slices">JSON of discovery.k8s.io/v1 EndpointSlices.</param>
    /// <param name="portName">Of the port that replicas answer on.</param>
    /// <returns>The catalogue, and what is wrong with objects that are left out or read otherwise than they say.</returns>
    public static (ModelCatalogue Catalogue, IReadOnlyList<string> Mistakes) Of(
        IReadOnlyList<JsonElement> services, IReadOnlyList<JsonElement> slices, string portName)
    {
        var mistakes = new List<string>();
        var slicesOf = slices
            .Where(slice => Label(slice, "kubernetes.io/service-name") is not null)
            .ToLookup(slice => Label(slice, "kubernetes.io/service-name")!);
        var models = services
            .Select(service => Read(service, slicesOf[Name(service)], portName, mistakes))
            .OfType<(string Model, ModelKind Kind, VersionEntry Version, bool HasWeight)>()
            .GroupBy(entry => entry.Model, StringComparer.Ordinal)
            .OrderBy(model => model.Key, StringComparer.Ordinal)
            .Select(model => Model(model.Key, [.. model], mistakes));
        return (new ModelCatalogue([.. models]), mistakes);
    }

    private static ModelEntry Model(
        string name, (string Model, ModelKind Kind, VersionEntry Version, bool HasWeight)[] entries, List<string> mistakes)
    {
        var versions = new List<VersionEntry>();
        foreach (var entry in entries)
        {
            // A second Service of the same version only adds its replicas.
            if (versions.FindIndex(version => version.Version == entry.Version.Version) is var known and >= 0)
            {
                versions[known] = versions[known] with { Replicas = versions[known].Replicas.AddRange(entry.Version.Replicas) };
                continue;
            }
            var taken = entry.Version.Labels.Where(label => versions.Any(version => version.Labels.Contains(label))).ToArray();
            mistakes.AddRange(taken.Select(label => $"{name}: the label '{label}' stands on more than one version; it stays where it was seen first"));
            versions.Add(entry.Version with { Labels = [.. entry.Version.Labels.Except(taken)] });
        }
        if (versions.Count == 1 && !entries[0].HasWeight)
        {
            versions[0] = versions[0] with { Weight = 100 };
        }
        return new ModelEntry(name, entries[0].Kind, [.. versions]);
    }

    private static (string Model, ModelKind Kind, VersionEntry Version, bool HasWeight)? Read(
        JsonElement service, IEnumerable<JsonElement> slices, string portName, List<string> mistakes)
    {
        if (Label(service, Prefix + "model") is not { } model || Label(service, Prefix + "version") is not { } version)
        {
            mistakes.Add($"the Service {Name(service)} lacks the label {Prefix}model or {Prefix}version; it is left out");
            return null;
        }
        var kindLabel = Label(service, Prefix + "kind");
        if (kindLabel is not null && ModelKindWords.Parse(kindLabel) is null)
        {
            mistakes.Add($"the Service {Name(service)} has {Prefix}kind '{kindLabel}'; it must be generator or classifier, and is left out");
            return null;
        }
        // Before there was such a label, the component told.
        var kind = ModelKindWords.Parse(kindLabel)
            ?? (Label(service, "app.kubernetes.io/component") == "classifier" ? ModelKind.Classifier : ModelKind.Generator);
        var weight = Percent(service, "weight", mistakes);
        var shadow = Percent(service, "shadow", mistakes);
        var replicas = slices.SelectMany(slice => Replicas(slice, portName)).DistinctBy(replica => replica.Address);
        var cluster = new ClusterVersion(Name(service), Annotation(service, Prefix + "scale-from-zero"), slices.SelectMany(Endpoints).Any(endpoint => !Serves(endpoint)));
        var labels = (Annotation(service, Prefix + "labels") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return (model, kind, new VersionEntry(version, weight ?? 0, [.. labels], [.. replicas], shadow ?? 0, cluster), weight is not null);
    }

    private static double? Percent(JsonElement service, string annotation, List<string> mistakes)
    {
        if (Annotation(service, Prefix + annotation) is not { } text)
        {
            return null;
        }
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 100)
        {
            return value;
        }
        mistakes.Add($"the Service {Name(service)} has {Prefix}{annotation} '{text}'; it must be a number between 0 and 100, and is taken as 0");
        return 0;
    }

    private static IEnumerable<ReplicaAddress> Replicas(JsonElement slice, string portName)
    {
        if (Port(slice, portName) is not { } port)
        {
            yield break;
        }
        foreach (var endpoint in Endpoints(slice))
        {
            if (Serves(endpoint) && Array(endpoint, "addresses") is { } addresses && addresses.GetArrayLength() > 0)
            {
                // Further addresses are the same pod's.
                var host = addresses[0].GetString()!;
                var uri = new UriBuilder(Uri.UriSchemeHttp, host.Contains(':') ? $"[{host}]" : host, port).Uri;
                yield return new ReplicaAddress(PodName(endpoint) ?? uri.Authority, uri, Terminating: !IsReady(endpoint));
            }
        }
    }

    private static int? Port(JsonElement slice, string name)
    {
        if (Array(slice, "ports") is not { } ports || ports.GetArrayLength() == 0)
        {
            return null;
        }
        var port = ports.EnumerateArray().FirstOrDefault(port => port.TryGetProperty("name", out var its) && its.GetString() == name, ports[0]);
        return port.TryGetProperty("port", out var number) && number.ValueKind == JsonValueKind.Number ? number.GetInt32() : null;
    }

    private static string? PodName(JsonElement endpoint) =>
        endpoint.TryGetProperty("targetRef", out var target) && target.TryGetProperty("name", out var name) ? name.GetString() : null;

    // endpoints and ports are null in a slice that has none yet.
    private static IEnumerable<JsonElement> Endpoints(JsonElement slice) => Array(slice, "endpoints") is { } endpoints ? endpoints.EnumerateArray() : [];

    // Unknown counts as ready, and as serving what is ready.
    private static bool IsReady(JsonElement endpoint) => Condition(endpoint, "ready") ?? true;

    private static bool Serves(JsonElement endpoint) => Condition(endpoint, "serving") ?? IsReady(endpoint);

    private static bool? Condition(JsonElement endpoint, string name) =>
        endpoint.TryGetProperty("conditions", out var conditions) && conditions.ValueKind == JsonValueKind.Object
            && conditions.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;

    private static JsonElement? Array(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value : null;

    private static string Name(JsonElement item) => item.GetProperty("metadata").GetProperty("name").GetString()!;

    private static string? Label(JsonElement item, string name) => Entry(item, "labels", name);

    private static string? Annotation(JsonElement item, string name) => Entry(item, "annotations", name);

    private static string? Entry(JsonElement item, string map, string name) =>
        item.GetProperty("metadata").TryGetProperty(map, out var entries) && entries.ValueKind == JsonValueKind.Object
            && entries.TryGetProperty(name, out var value) ? value.GetString() : null;
}
