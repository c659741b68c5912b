using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ElasticSynapse.Gateway.Canaries;
using ElasticSynapse.Gateway.Catalogue.Kubernetes;
using ElasticSynapse.Gateway.ColdStarts;
using ElasticSynapse.Gateway.Configuration;
using ElasticSynapse.Gateway.Health;
using ElasticSynapse.Gateway.Hedging;
using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Gateway.Retries;
using ElasticSynapse.Serving.Hosting.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ElasticSynapse.Gateway.Catalogue;

/// <summary>Chooses the source of the catalogue, and what /readyz makes of it.</summary>
internal static class CatalogueSetup
{
    public static void AddCatalogue(this WebApplicationBuilder builder, OptionsReader options, DeadlineOptions deadlines)
    {
        var services = builder.Services;
        var upstreams = options.Read<UpstreamOptions>("Upstreams");
        var file = options.Read<CatalogueOptions>("Catalogue");
        var cluster = options.Read<KubernetesOptions>("Kubernetes");
        var scaling = options.Read<ScaleFromZeroOptions>("ScaleFromZero");
        options.RefuseAbove(builder.Configuration, ("ScaleFromZero__MaxWait", scaling.MaxWait), ("Deadlines__Request", deadlines.Request));
        services.AddSingleton(upstreams);
        if (cluster.Namespace is not null)
        {
            RefuseUpstreams(builder.Configuration, options, "Kubernetes__Namespace");
            if (file.File is not null)
            {
                options.Add($"Catalogue__File='{file.File}' has no effect beside Kubernetes__Namespace; set one of them");
            }
            CheckCertificateAuthority(cluster, builder.Configuration, options);
            services.AddSingleton(cluster);
            services.AddSingleton<KubernetesClient>();
            services.AddHostedService<CanaryEvents>();
            services.AddSingleton(scaling);
            services.AddSingleton<ScaleUps>();
            services.AddSingleton<ICatalogueSource, KubernetesSource>();
            services.AddHealthChecks().AddCheck<CatalogueReadiness>("models");
        }
        else if (file.File is not null)
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
        foreach (var section in new[] { "Kubernetes", "ScaleFromZero" })
        {
            options.RefuseUnless(builder.Configuration, section, cluster.Namespace is not null, "Kubernetes__Namespace");
        }
        options.RefuseUnless(builder.Configuration, "Catalogue", file.File is not null, "Catalogue__File");
        RefuseChoices(builder.Configuration, options, cluster.Namespace is not null || file.File is not null);
        services.AddSingleton<UpstreamNames>();
        services.AddSingleton<ModelListing>();
        services.AddHostedService<CatalogueFollower>();
    }

    private static void AddReadiness(IServiceCollection services, ModelKind kind) => services.AddHealthChecks().Add(new HealthCheckRegistration(
        kind.Word(),
        provider => ActivatorUtilities.CreateInstance<ModelReadiness>(provider, kind),
        HealthStatus.Unhealthy,
        tags: null));

    private static void CheckCertificateAuthority(KubernetesOptions cluster, ConfigurationManager configuration, OptionsReader options)
    {
        var named = $"Kubernetes__CertificateAuthorityFile='{cluster.CertificateAuthorityFile}'";
        if (cluster.ApiServer.Scheme != Uri.UriSchemeHttps)
        {
            if (configuration["Kubernetes:CertificateAuthorityFile"] is not null)
            {
                options.Add($"{named} has no effect with Kubernetes__ApiServer='{cluster.ApiServer}', which has no certificate");
            }
        }
        else if (!File.Exists(cluster.CertificateAuthorityFile))
        {
            options.Add($"{named} does not exist; inside a pod it is mounted with the service account");
        }
        else if (!HasCertificate(cluster.CertificateAuthorityFile))
        {
            options.Add($"{named} holds no certificate in PEM");
        }
    }

    // A file without one is read without complaint, and would then trust nobody.
    private static bool HasCertificate(string file)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPemFile(file);
            return certificates.Count > 0;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    // Of two fixed upstreams each is the only replica of its only version: never ejected, hedged, copied to or compared.
    private static void RefuseChoices(ConfigurationManager configuration, OptionsReader options, bool hasCatalogue)
    {
        Refuse("Outliers");
        Refuse("Shadow");
        Refuse("Replicas", nameof(ReplicaOptions.AffinityBytes), nameof(ReplicaOptions.AffinityLoadFactor), nameof(ReplicaOptions.ReportMaxAge));
        // What is off is off, whatever there is to choose from.
        if (!IsFalse("CanaryGuard:Enabled"))
        {
            Refuse("CanaryGuard");
        }
        if (!IsFalse("Hedging:Enabled"))
        {
            Refuse("Hedging", nameof(HedgingOptions.Enabled));
        }

        void Refuse(string section, params string[] only) =>
            options.RefuseUnless(configuration, section, hasCatalogue, "Catalogue__File or Kubernetes__Namespace", only);
        bool IsFalse(string key) => "false".Equals(configuration[key], StringComparison.OrdinalIgnoreCase);
    }

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
