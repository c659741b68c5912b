using System.Collections.Immutable;
using ElasticSynapse.Gateway.Catalogue;

namespace ElasticSynapse.Gateway.Replicas;

/// <summary>A model with its versions.</summary>
internal sealed class ModelPool(ModelEntry entry, ImmutableArray<VersionPool> versions)
{
    public ModelEntry Entry { get; } = entry;

    public string Name => Entry.Name;

    public ImmutableArray<VersionPool> Versions { get; } = versions;

    /// <summary>Versions that get copies of requests that others answer.</summary>
    public ImmutableArray<VersionPool> Shadows { get; } = [.. versions.Where(version => version.Entry.Shadow > 0)];

    /// <summary>Whether there is a choice to make, so that knowing who is loaded is worth asking.</summary>
    public bool HasChoice => Versions.Sum(version => version.Replicas.Length) > 1;
}
