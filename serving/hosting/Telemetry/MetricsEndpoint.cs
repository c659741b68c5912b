using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace ElasticSynapse.Serving.Hosting.Telemetry;

/// <summary>GET /metrics: what System.Diagnostics.Metrics measured, aggregated by the OpenTelemetry SDK.</summary>
internal static class MetricsEndpoint
{
    /// <summary>Meters named <c>ElasticSynapse.*</c> are ours, those named <c>Prometheus:</c> speak as peers do; the others are the
    /// framework's and the libraries'.</summary>
    /// <remarks>Without <c>System.Net.Http</c>: at the gateway it counts each request a second time, which shows in latency
    /// (docs/performance.md).</remarks>
    private static readonly string[] Meters =
    [
        "ElasticSynapse.*",
        PrometheusName.VerbatimMeter + "*",
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
        "Polly",
        "System.Runtime",
        "Yarp.ReverseProxy",
    ];

    // From 100 µs: small models answer faster than the SDK's default buckets can tell apart.
    private static readonly double[] DurationSeconds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    public static void AddMetrics(this IServiceCollection services, string serviceName)
    {
        services.AddSingleton<PrometheusExporter>();
        services.AddSingleton(provider => OpenTelemetry.Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => OpenTelemetry.Resources.ResourceBuilderExtensions.AddService(resource, serviceName))
            .AddMeter(Meters)
            .SetExemplarFilter(ExemplarFilterType.TraceBased)
            .AddView(ViewOf(provider.GetRequiredService<IMeterFactory>()))
            .AddReader(new BaseExportingMetricReader(provider.GetRequiredService<PrometheusExporter>()))
            .Build());
    }

    // The SDK listens to the whole process and knows meters by name: unless those of other hosts are dropped, two services in one
    // process count for each other, and the end of one ends the other's instruments. Meters of no host are the runtime's.
    private static Func<Instrument, MetricStreamConfiguration?> ViewOf(IMeterFactory own) => instrument =>
        instrument.Meter.Scope is IMeterFactory factory && factory != own ? MetricStreamConfiguration.Drop
        : instrument is Histogram<double> && instrument.Unit == "s" ? new ExplicitBucketHistogramConfiguration { Boundaries = DurationSeconds }
        : null;

    public static void MapMetrics(this IEndpointRouteBuilder app) => app.MapMetricsOf(app.ServiceProvider);

    /// <param name="services">Of the service whose metrics they are.</param>
    public static void MapMetricsOf(this IEndpointRouteBuilder app, IServiceProvider services)
    {
        // Building the provider starts the counting, so it happens here and not at the first scrape.
        services.GetRequiredService<MeterProvider>();
        services.GetRequiredService<IMeterFactory>().AddProcessMetrics();
        var exporter = services.GetRequiredService<PrometheusExporter>();
        app.MapGet("/metrics", (HttpContext context) =>
        {
            var format = ExpositionFormat.For(context.Request);
            return Results.Bytes(exporter.Scrape(format), format.ContentType);
        });
    }
}
