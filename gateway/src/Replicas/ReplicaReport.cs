namespace ElasticSynapse.Gateway.Replicas;

/// <summary>What a replica says about its own load.</summary>
/// <param name="Requests">Waiting and running there, from every gateway.</param>
/// <param name="CacheUse">Share of its KV cache in use, 0 to 1; 0 where it has none.</param>
/// <param name="TakenAt">Timestamp of the clock that asked.</param>
internal sealed record ReplicaReport(double Requests, double CacheUse, long TakenAt);
