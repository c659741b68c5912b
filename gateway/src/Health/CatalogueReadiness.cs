using ElasticSynapse.Gateway.Replicas;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ElasticSynapse.Gateway.Health;

/// <summary>Ready while any model can be served: one that is down must not take the others' gateway away.</summary>
internal sealed class CatalogueReadiness(LiveFleet fleet, ReplicaProbe probe) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var models = fleet.Current.Models;
        if (models.IsEmpty)
        {
            return HealthCheckResult.Unhealthy("the catalogue has no models yet");
        }
        var failures = await Task.WhenAll(models.Select(model => FailureAsync(model, cancellationToken)));
        return failures.Contains(null) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(string.Join("; ", failures));
    }

    private async Task<string?> FailureAsync(ModelPool model, CancellationToken cancellationToken)
    {
        var replicas = model.Versions.SelectMany(version => version.Replicas).ToArray();
        // One that starts when it is asked for can only be asked through a gateway that is ready.
        if (model.Versions.Any(version => version.CanStart) || replicas.Any(replica => replica.Health == ReplicaHealth.Ready))
        {
            return null;
        }
        var answers = await Task.WhenAll(replicas.Select(replica => probe.AskAsync(replica, cancellationToken)));
        return answers.Any(answer => answer.IsReady) ? null
            : answers is [] ? $"{model.Name} has no replicas"
            : $"{model.Name}: {string.Join(", ", answers.Select(answer => answer.Failure))}";
    }
}
