using System.Collections.Immutable;

namespace ElasticSynapse.Gateway.Catalogue;

/// <summary>One version of a model: one checkpoint, served by equal replicas.</summary>
/// <param name="Version"><c>&lt;unix time of export&gt;_v&lt;major&gt;.&lt;minor&gt;</c> by convention.</param>
/// <param name="Weight">Its share of the requests that pin no version, relative to the others'.</param>
/// <param name="Labels">Names that callers may pin it by, such as stable and canary.</param>
internal sealed record VersionEntry(
    string Version, double Weight, ImmutableArray<string> Labels, ImmutableArray<ReplicaAddress> Replicas);
