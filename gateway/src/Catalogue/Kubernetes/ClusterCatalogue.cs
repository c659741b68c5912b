using System.Globalization;
using System.Text.Json;

namespace ElasticSynapse.Gateway.Catalogue.Kubernetes;

/// <summary>Makes a catalogue of labelled Services and their EndpointSlices. A pure function of the two, and of what was in effect: a
/// model whose Services have a mistake stays as it was, but for its pods, which come and go by themselves.</summary>
/// <remarks>Weights are relative: two annotations can't be changed at once, so that in between they sum to anything.</remarks>
internal static class ClusterCatalogue
{
    /// <param name="services">JSON of v1 Services, in a stable order.</param>
    /// <param name="slices">JSON of discovery.k8s.io/v1 EndpointSlices.</param>
    /// <param name="portName">Of the port that replicas answer on.</param>
    /// <param name="before">What was in effect.</param>
    /// <returns>The catalogue, and a text for each model that has mistakes, with all of them.</returns>
    public static (ModelCatalogue Catalogue, IReadOnlyList<string> Mistakes) Of(
        IReadOnlyList<JsonElement> services, IReadOnlyList<JsonElement> slices, string portName, ModelCatalogue before)
    {
        var endpoints = new ClusterEndpoints(slices, portName);
        var (models, refused) = (new List<ModelEntry>(), new List<string>());
        foreach (var group in services.GroupBy(service => ClusterObject.Label(service, ClusterObject.Prefix + "model") ?? "", StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var mistakes = new List<string>();
            var read = group.Select(service => ClusterService.Read(service, mistakes)).ToArray();
            if (group.Key.Length == 0)
            {
                mistakes.Add($"without the label {ClusterObject.Prefix}model: {string.Join(", ", read.Select(service => service.Name))}");
            }
            var now = Model(group.Key, read, endpoints, mistakes);
            var held = before.Models.FirstOrDefault(known => known.Name == group.Key);
            if (mistakes.Count == 0)
            {
                models.Add(now);
                continue;
            }
            refused.Add($"the Services of {group.Key} are refused, {(held is null ? "none of them is in effect" : "what they said before stays in effect")}: {mistakes.Count} mistake(s): {string.Join("; ", mistakes)}");
            if (held is not null)
            {
                models.Add(WithPods(held, read, endpoints));
            }
        }
        return (new ModelCatalogue([.. models]), refused);
    }

    private static ModelEntry Model(string name, ClusterService[] services, ClusterEndpoints endpoints, List<string> mistakes)
    {
        var kind = One(services, service => service.Kind, $"{name}'s Services", "kinds", kind => kind.Word(), mistakes);
        var versions = services.GroupBy(service => service.Version, StringComparer.Ordinal)
            .Select(version => Version(name, version.Key, [.. version], endpoints, mistakes)).ToArray();
        foreach (var label in versions.SelectMany(version => version.Entry.Labels).GroupBy(label => label, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            var holders = versions.Where(version => version.Entry.Labels.Contains(label.Key)).Select(version => version.Entry.Version);
            mistakes.Add($"the label '{label.Key}' stands on {string.Join(" and ", holders)}; a label means one version");
        }
        return new ModelEntry(
            name,
            kind ?? ModelKind.Generator,
            versions is [{ HasWeight: false } only] ? [only.Entry with { Weight = 100 }] : [.. versions.Select(version => version.Entry)]);
    }

    // Several Services may have the same version: what one leaves out another says, and they must agree.
    private static (VersionEntry Entry, bool HasWeight) Version(
        string model, string version, ClusterService[] services, ClusterEndpoints endpoints, List<string> mistakes)
    {
        var owner = $"the Services {string.Join(" and ", services.Select(service => service.Name))} of {model} {version}";
        var weight = One(services, service => service.Weight, owner, "weights", Text, mistakes);
        var shadow = One(services, service => service.Shadow, owner, "shadows", Text, mistakes);
        // As texts, so that their order makes no difference.
        var labels = OneText(services, service => service.Labels is { } its ? string.Join(',', its.Order(StringComparer.Ordinal)) : null, owner, "labels", mistakes);
        var deployment = OneText(services, service => service.Deployment, owner, "Deployments to scale", mistakes);
        var names = services.Select(service => service.Name).ToArray();
        var told = services.FirstOrDefault(service => service.Weight is not null || service.Labels is not null, services[0]);
        return (
            new VersionEntry(
                version,
                weight ?? 0,
                labels is null ? [] : [.. services.First(service => service.Labels is not null).Labels!],
                endpoints.Replicas(names),
                shadow ?? 0,
                new ClusterVersion(told.Name, deployment, endpoints.IsStarting(names))),
            weight is not null);
    }

    private static ModelEntry WithPods(ModelEntry model, ClusterService[] services, ClusterEndpoints endpoints) => model with
    {
        Versions = [.. model.Versions.Select(version =>
        {
            var names = services.Where(service => service.Version == version.Version).Select(service => service.Name).ToArray();
            return version with { Replicas = endpoints.Replicas(names), Cluster = version.Cluster! with { IsStarting = endpoints.IsStarting(names) } };
        })],
    };

    private static T? One<T>(
        ClusterService[] services, Func<ClusterService, T?> of, string owner, string what, Func<T, string> text, List<string> mistakes) where T : struct
    {
        var said = services.Select(of).OfType<T>().Distinct().ToArray();
        Disagree([.. said.Select(text)], owner, what, mistakes);
        return said.Length > 0 ? said[0] : null;
    }

    private static string? OneText(ClusterService[] services, Func<ClusterService, string?> of, string owner, string what, List<string> mistakes)
    {
        var said = services.Select(of).OfType<string>().Distinct().ToArray();
        Disagree(said, owner, what, mistakes);
        return said.FirstOrDefault();
    }

    private static void Disagree(string[] said, string owner, string what, List<string> mistakes)
    {
        if (said.Length > 1)
        {
            mistakes.Add($"{owner} say different {what}: {string.Join(" and ", said.Select(each => $"'{each}'"))}");
        }
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
