using System.Collections.Immutable;

namespace ElasticSynapse.Gateway.Catalogue;

/// <summary>One version of a model: one checkpoint, served by equal replicas.</summary>
/// <param name="Version"><c>&lt;unix time of export&gt;_v&lt;major&gt;.&lt;minor&gt;</c> by convention.</param>
/// <param name="Weight">Its share of the requests that pin no version, relative to the others'.</param>
/// <param name="Labels">Names that callers may pin it by, such as stable and canary.</param>
/// <param name="Shadow">Percent of the requests that other versions answer that are copied to this one.</param>
/// <param name="Cluster">Where it comes from in a cluster; null for a version of a file.</param>
internal sealed record VersionEntry(
    string Version,
    double Weight,
    ImmutableArray<string> Labels,
    ImmutableArray<ReplicaAddress> Replicas,
    double Shadow = 0,
    ClusterVersion? Cluster = null)
{
    /// <summary>Whether the two say the same, but for the replicas, which come and go by themselves.</summary>
    public bool IsSameAs(VersionEntry other) =>
        (Version, Weight, Shadow) == (other.Version, other.Weight, other.Shadow) && Labels.SequenceEqual(other.Labels);
}
