namespace ElasticSynapse.Gateway.Health;

/// <summary>What a replica answered to GET /readyz.</summary>
/// <param name="Failure">Why it is not ready; null when it is.</param>
/// <param name="ModelName">Who it says it is, if it does.</param>
internal readonly record struct ProbeAnswer(string? Failure, string? ModelName, string? ModelVersion)
{
    public bool IsReady => Failure is null;
}
