using System.Collections.Immutable;
using ElasticSynapse.Gateway.Catalogue;

namespace ElasticSynapse.Gateway.Replicas;

/// <summary>A version with its replicas.</summary>
internal sealed class VersionPool(ModelEntry model, VersionEntry entry, ImmutableArray<Replica> replicas, VersionRecord record)
{
    private int _hasBegun;

    public ModelEntry Model { get; } = model;

    public VersionEntry Entry { get; } = entry;

    public string Version => Entry.Version;

    public ImmutableArray<Replica> Replicas { get; } = replicas;

    public VersionRecord Record { get; } = record;

    /// <summary>True once, for whoever asks first.</summary>
    public bool Begins() => Volatile.Read(ref _hasBegun) == 0 && Interlocked.Exchange(ref _hasBegun, 1) == 0;

    /// <summary>The catalogue's, or 0 once the canary guard has taken it.</summary>
    public double Weight => Record.HasLostWeight ? 0 : Entry.Weight;

    /// <summary>What a canary is held against; null for every other version.</summary>
    public VersionPool? Stable { get; init; }

    /// <summary>Whether it is a canary that is held against another version, or that other version.</summary>
    public bool IsCompared { get; } = IsCanary(entry) != IsStable(entry) && model.Versions.Any(IsCanary) && model.Versions.Any(IsStable);

    /// <summary>For weighing versions against each other, the same in every gateway.</summary>
    public ulong NameHash { get; } = StableHash.Of(entry.Version);

    /// <summary>Whether requests may be sent here: a replica is ready, or nobody has asked yet.</summary>
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

    /// <summary>Whether a replica has said so itself.</summary>
    public bool IsKnownToBeReady
    {
        get
        {
            foreach (var replica in Replicas)
            {
                if (replica is { CanServe: true, Health: ReplicaHealth.Ready })
                {
                    return true;
                }
            }
            return false;
        }
    }

    /// <summary>Whether it has no replicas, and gets one when it is asked for.</summary>
    public bool CanStart => Replicas.IsEmpty && Entry.Cluster?.Deployment is not null;

    /// <summary>Why it is not ready, for the caller who pinned it.</summary>
    public string Reason => Replicas.IsEmpty ? "it has no replicas" : $"none of its {Replicas.Length} replica(s) is ready";

    public static bool IsCanary(VersionEntry entry) => entry.Labels.Contains("canary");

    public static bool IsStable(VersionEntry entry) => entry.Labels.Contains("stable");

    /// <summary>As errors name it: <c>gpt2 1557429385_v0.01</c>.</summary>
    public override string ToString() => $"{Model.Name} {Version}".TrimEnd();
}
