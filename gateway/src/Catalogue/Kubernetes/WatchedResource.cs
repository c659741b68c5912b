namespace ElasticSynapse.Gateway.Catalogue.Kubernetes;

/// <summary>A kind of object that is listed and watched.</summary>
/// <param name="Group">API group; empty for the core's.</param>
/// <param name="Version">Of the group.</param>
/// <param name="Plural">As paths and RBAC rules spell it.</param>
internal sealed record WatchedResource(string Group, string Version, string Plural)
{
    public static readonly WatchedResource Services = new("", "v1", "services");

    public static readonly WatchedResource EndpointSlices = new("discovery.k8s.io", "v1", "endpointslices");

    public string Path(string @namespace) =>
        (Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}") + $"/namespaces/{@namespace}/{Plural}";

    /// <summary>The RBAC rule that reading it takes.</summary>
    public string Rule => $"{{apiGroups: [\"{Group}\"], resources: [\"{Plural}\"], verbs: [\"list\", \"watch\"]}}";
}
