using ElasticSynapse.Gateway.Replicas;

namespace ElasticSynapse.Gateway.Catalogue;

/// <summary>Puts each catalogue of the source into effect.</summary>
internal sealed class CatalogueFollower(ICatalogueSource source, LiveFleet fleet) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var catalogue in source.FollowAsync(stoppingToken))
        {
            fleet.Publish(catalogue);
        }
    }
}
