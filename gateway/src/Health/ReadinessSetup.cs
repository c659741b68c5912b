using ElasticSynapse.Gateway.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ElasticSynapse.Gateway.Health;

/// <summary>Makes /readyz depend on the upstreams: one check for each, all asked at once.</summary>
internal static class ReadinessSetup
{
    public static void AddUpstreamReadiness(this IServiceCollection services, UpstreamOptions upstreams)
    {
        // Lives as long as the process. The handler's lifetime follows the services' names to new addresses.
        var client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        })
        {
            Timeout = UpstreamReadiness.Timeout,
        };
        var checks = services.AddHealthChecks();
        foreach (var (name, address) in upstreams.All())
        {
            checks.AddCheck(name, new UpstreamReadiness(name, address, client), HealthStatus.Unhealthy);
        }
    }
}
