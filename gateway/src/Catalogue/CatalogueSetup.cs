using ElasticSynapse.Gateway.Health;
using ElasticSynapse.Serving.Hosting.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ElasticSynapse.Gateway.Catalogue;

/// <summary>Chooses the source of the catalogue, and what /readyz makes of it.</summary>
internal static class CatalogueSetup
{
    public static void AddCatalogue(this WebApplicationBuilder builder, OptionsReader options)
    {
        var services = builder.Services;
        var upstreams = options.Read<UpstreamOptions>("Upstreams");
        var file = options.Read<CatalogueOptions>("Catalogue");
        services.AddSingleton(upstreams);
        if (file.File is not null)
        {
            RefuseUpstreams(builder.Configuration, options, "Catalogue__File");
            services.AddSingleton(FileSource.Read(file, options));
            services.AddHealthChecks().AddCheck<CatalogueReadiness>("models");
        }
        else
        {
            services.AddSingleton<ICatalogueSource>(_ => new UpstreamSource(upstreams));
            AddReadiness(services, ModelKind.Generator);
            AddReadiness(services, ModelKind.Classifier);
        }
        services.AddSingleton<UpstreamNames>();
        services.AddSingleton<ModelListing>();
        services.AddHostedService<CatalogueFollower>();
    }

    private static void AddReadiness(IServiceCollection services, ModelKind kind) => services.AddHealthChecks().Add(new HealthCheckRegistration(
        kind.Word(),
        provider => ActivatorUtilities.CreateInstance<ModelReadiness>(provider, kind),
        HealthStatus.Unhealthy,
        tags: null));

    // Nothing configured is silently without effect.
    private static void RefuseUpstreams(ConfigurationManager configuration, OptionsReader options, string winner)
    {
        foreach (var name in new[] { nameof(UpstreamOptions.Generator), nameof(UpstreamOptions.Classifier) })
        {
            if (configuration[$"Upstreams:{name}"] is { } value)
            {
                options.Add($"Upstreams__{name}='{value}' has no effect beside {winner}; set one of them");
            }
        }
    }
}
