using ElasticSynapse.Serving.Hosting.Health;
using ElasticSynapse.Serving.Hosting.Telemetry;
using Microsoft.AspNetCore.Routing;

namespace ElasticSynapse.Serving.Hosting;

/// <summary>/livez, /readyz and /metrics of a service, for a second server in the same process.</summary>
public static class ServiceEndpoints
{
    /// <param name="app">The second server's routes.</param>
    /// <param name="services">The service itself, whose health and metrics they are.</param>
    public static void MapServiceEndpoints(this IEndpointRouteBuilder app, IServiceProvider services)
    {
        app.MapHealthOf(services);
        app.MapMetricsOf(services);
    }
}
