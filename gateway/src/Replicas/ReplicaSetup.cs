using ElasticSynapse.Gateway.Canaries;
using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Gateway.Configuration;
using ElasticSynapse.Gateway.Health;
using ElasticSynapse.Gateway.Retries;
using ElasticSynapse.Serving.Hosting.Configuration;

namespace ElasticSynapse.Gateway.Replicas;

/// <summary>The replicas: their live state, the probes, the choice.</summary>
internal static class ReplicaSetup
{
    public static void AddReplicas(this WebApplicationBuilder builder, OptionsReader options)
    {
        var services = builder.Services;
        services.AddSingleton(options.Read<ReplicaOptions>("Replicas"));
        var outliers = options.Read<OutlierOptions>("Outliers");
        options.RefuseAbove(
            builder.Configuration, ("Outliers__BaseEjection", outliers.BaseEjection), ("Outliers__MaxEjection", outliers.MaxEjection));
        services.AddSingleton(outliers);
        services.AddSingleton(options.Read<CanaryGuardOptions>("CanaryGuard"));
        services.AddSingleton<CanaryGuard>();
        // Gateways that start together must not draw alike.
        services.AddSingleton(new Draws(BitConverter.ToUInt64(Guid.NewGuid().ToByteArray())));
        services.AddSingleton<LiveFleet>();
        services.AddSingleton<ReplicaChoice>();
        services.AddSingleton<ReplicaProbe>();
        services.AddHostedService<ProbeLoop>();
    }

    public static void ObserveReplicas(this IServiceProvider services)
    {
        var fleet = services.GetRequiredService<LiveFleet>();
        var source = services.GetRequiredService<ICatalogueSource>();
        var time = services.GetRequiredService<TimeProvider>();
        var metrics = services.GetRequiredService<GatewayMetrics>();
        metrics.ObserveCatalogueAge(() => source.ConfirmedAt is { } at ? (time.GetUtcNow() - at).TotalSeconds : 0);
        metrics.ObserveWeights(() => ReplicaMeasurements.Weights(fleet.Current));
        metrics.ObserveRetryBudget(() => services.GetRequiredService<RetryBudget>().Used);
        metrics.ObserveReplicas(
            inFlight: () => ReplicaMeasurements.Of(fleet.Current, replica => replica.Requests),
            ejected: () => ReplicaMeasurements.Of(fleet.Current, replica => replica.Outlier.IsEjected ? 1 : 0),
            byState: () => ReplicaMeasurements.ByState(fleet.Current));
    }
}
