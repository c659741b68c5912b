namespace ElasticSynapse.Gateway.Catalogue;

/// <summary>What a cluster has of a version besides its replicas.</summary>
/// <param name="Service">Name of the Service that describes it.</param>
/// <param name="Deployment">Name of the Deployment that may be scaled from 0 replicas to 1; null where none may.</param>
/// <param name="IsStarting">It has pods that don't serve yet.</param>
internal sealed record ClusterVersion(string Service, string? Deployment = null, bool IsStarting = false);
