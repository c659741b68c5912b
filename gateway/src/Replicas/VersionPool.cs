using System.Collections.Immutable;
using ElasticSynapse.Gateway.Catalogue;

namespace ElasticSynapse.Gateway.Replicas;

/// <summary>A version with its replicas.</summary>
internal sealed class VersionPool(ModelEntry model, VersionEntry entry, ImmutableArray<Replica> replicas)
{
    public ModelEntry Model { get; } = model;

    public VersionEntry Entry { get; } = entry;

    public string Version => Entry.Version;

    public ImmutableArray<Replica> Replicas { get; } = replicas;

    /// <summary>For weighing versions against each other, the same in every gateway.</summary>
    public ulong NameHash { get; } = StableHash.Of(entry.Version);

    /// <summary>Whether requests that pin no version may be sent here: a replica is ready, or nobody has asked yet.</summary>
    public bool IsReady
    {
        get
        {
            foreach (var replica in Replicas)
            {
                if (replica.CanServe)
                {
                    return true;
                }
            }
            return false;
        }
    }

    /// <summary>Why it is not ready, for the caller who pinned it.</summary>
    public string Reason => Replicas.IsEmpty ? "it has no replicas" : $"none of its {Replicas.Length} replica(s) is ready";

    /// <summary>As errors name it: <c>gpt2 1557429385_v0.01</c>.</summary>
    public override string ToString() => $"{Model.Name} {Version}".TrimEnd();
}
