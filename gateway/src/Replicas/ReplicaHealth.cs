namespace ElasticSynapse.Gateway.Replicas;

/// <summary>What a replica's /readyz last said.</summary>
internal enum ReplicaHealth
{
    /// <summary>Nobody has asked.</summary>
    Unknown,

    Ready,

    NotReady,
}
