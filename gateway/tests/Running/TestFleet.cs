using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Gateway.Replicas;

namespace ElasticSynapse.Gateway.Tests.Running;

/// <summary>Fleets without servers, for the choices that are made among them.</summary>
internal static class TestFleet
{
    /// <summary>The model gpt2 with these versions, each on replicas that nobody listens on.</summary>
    public static ModelPool Gpt2(params VersionEntry[] versions) => Of(versions, TimeProvider.System);

    public static ModelPool Of(VersionEntry[] versions, TimeProvider time) => Fleet.Of(
        new ModelCatalogue([new ModelEntry("gpt2", ModelKind.Generator, [.. versions])]),
        before: null,
        address => new Replica(address, new ReplicaOptions(), new OutlierOptions(), time),
        () => new VersionRecord(TimeSpan.FromMinutes(5), time)).Models[0];

    public static VersionEntry Version(string version, double weight, int replicas = 1, params string[] labels) => new(
        version, weight, [.. labels], [.. Enumerable.Range(1, replicas).Select(i => ReplicaAddress.Of(new Uri($"http://{version.Replace('_', '-')}-{i}:8080")))]);
}
