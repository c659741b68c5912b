using System.Collections.Immutable;
using System.Text.Json;
using static ElasticSynapse.Gateway.Catalogue.Kubernetes.ClusterObject;

namespace ElasticSynapse.Gateway.Catalogue.Kubernetes;

/// <summary>The pods behind Services, as their EndpointSlices have them.</summary>
/// <param name="slices">JSON of discovery.k8s.io/v1 EndpointSlices.</param>
/// <param name="portName">Of the port that replicas answer on.</param>
internal sealed class ClusterEndpoints(IEnumerable<JsonElement> slices, string portName)
{
    private readonly ILookup<string, JsonElement> _slices = slices
        .Where(slice => Label(slice, "kubernetes.io/service-name") is not null)
        .ToLookup(slice => Label(slice, "kubernetes.io/service-name")!);

    /// <summary>The pods that serve, each once, however many Services and slices have it.</summary>
    public ImmutableArray<ReplicaAddress> Replicas(IEnumerable<string> services) =>
        [.. services.SelectMany(service => _slices[service]).SelectMany(Replicas).DistinctBy(replica => replica.Address)];

    /// <summary>Whether there are pods that don't serve yet. One that is going away will not.</summary>
    public bool IsStarting(IEnumerable<string> services) =>
        services.SelectMany(service => _slices[service]).SelectMany(Endpoints).Any(endpoint => !Serves(endpoint) && Condition(endpoint, "terminating") != true);

    private IEnumerable<ReplicaAddress> Replicas(JsonElement slice)
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
}
