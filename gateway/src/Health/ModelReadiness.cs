using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Gateway.Replicas;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ElasticSynapse.Gateway.Health;

/// <summary>Asks the upstream of one kind, afresh each time: an answer kept for later could be wrong by then.</summary>
internal sealed class ModelReadiness(ModelKind kind, LiveFleet fleet, ReplicaProbe probe, UpstreamNames names) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var replica = fleet.Current.Default(kind)!.Versions[0].Replicas[0];
        var answer = await probe.AskAsync(replica, cancellationToken);
        names.Learn(replica, answer.ModelName, answer.ModelVersion);
        return answer.IsReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"the {kind.Word()} at {answer.Failure}");
    }
}
