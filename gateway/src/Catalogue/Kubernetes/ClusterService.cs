using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Gateway.Configuration;

namespace ElasticSynapse.Gateway.Catalogue.Kubernetes;

/// <summary>What a Service says of a version; null is what it leaves to the others of the same version.</summary>
internal sealed record ClusterService(
    string Name, string Model, string Version, ModelKind? Kind, double? Weight, string[]? Labels, double? Shadow, string? Deployment)
{
    private const string Prefix = ClusterObject.Prefix;

    private static readonly string[] KnownLabels = ["model", "version", "kind"];
    private static readonly string[] KnownAnnotations = ["weight", "labels", "shadow", "scale-from-zero"];

    /// <summary>Reads labels and annotations; a key of ours that is none is a mistake too, for it would have no effect.</summary>
    /// <param name="service">A v1 Service.</param>
    /// <param name="mistakes">Takes what is wrong with it.</param>
    public static ClusterService Read(JsonElement service, List<string> mistakes)
    {
        var (name, labels, annotations) = (ClusterObject.Name(service), ClusterObject.Labels(service), ClusterObject.Annotations(service));
        RefuseOthers(name, labels.Keys, KnownLabels, "label", mistakes);
        RefuseOthers(name, annotations.Keys, KnownAnnotations, "annotation", mistakes);
        var version = labels.GetValueOrDefault(Prefix + "version", "");
        if (version.Length == 0)
        {
            mistakes.Add($"the Service {name} lacks the label {Prefix}version");
        }
        var kind = labels.GetValueOrDefault(Prefix + "kind");
        if (kind is not null && ModelKindWords.Parse(kind) is null)
        {
            mistakes.Add($"the Service {name} has {Prefix}kind '{kind}'; it must be generator or classifier");
        }
        return new ClusterService(
            name,
            labels.GetValueOrDefault(Prefix + "model", ""),
            version,
            // Before there was such a label, the component told.
            ModelKindWords.Parse(kind) ?? ModelKindWords.Parse(labels.GetValueOrDefault("app.kubernetes.io/component")),
            Percent("weight"),
            Names(),
            Percent("shadow"),
            Deployment());

        double? Percent(string key)
        {
            if (!annotations.TryGetValue(Prefix + key, out var text))
            {
                return null;
            }
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 100)
            {
                return value;
            }
            mistakes.Add($"the Service {name} has {Prefix}{key} '{text}'; it must be a number between 0 and 100");
            return null;
        }

        string[]? Names()
        {
            if (!annotations.TryGetValue(Prefix + "labels", out var text))
            {
                return null;
            }
            var names = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct().ToArray();
            mistakes.AddRange(names.Where(label => !StrictJson.IsName(label)).Select(label => $"the Service {name} has the label '{label}' in {Prefix}labels; it {StrictJson.NameRule}"));
            return names;
        }

        string? Deployment()
        {
            if (!annotations.TryGetValue(Prefix + "scale-from-zero", out var deployment))
            {
                return null;
            }
            if (deployment.Length == 0)
            {
                mistakes.Add($"the Service {name} has {Prefix}scale-from-zero ''; it must be the name of a Deployment");
            }
            return deployment;
        }
    }

    private static void RefuseOthers(string service, IEnumerable<string> keys, string[] known, string what, List<string> mistakes) => mistakes.AddRange(keys
        .Where(key => key.StartsWith(Prefix, StringComparison.Ordinal) && !known.Contains(key[Prefix.Length..]))
        .Select(key => $"the Service {service} has the {what} {key}, which there is not; there are {string.Join(", ", known)}"));
}
