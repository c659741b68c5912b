using System.Text;
using ElasticSynapse.Gateway.Routing;
using Yarp.ReverseProxy.Transforms;

namespace ElasticSynapse.Gateway.Forwarding;

/// <summary>The proxy: routes, headers on the way there and back, connections, and what its failures become.</summary>
internal static class ForwardingSetup
{
    // Kubernetes moves a service's name to other addresses; a connection is not kept past this, so that they are noticed.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    public static void AddForwarding(this WebApplicationBuilder builder, UpstreamOptions upstreams)
    {
        // Two lines a request at Information; RequestLog has one.
        builder.Logging.AddFilter("Yarp", LogLevel.Warning);
        builder.Services.AddReverseProxy()
            .LoadFromMemory(RouteTable.Routes(), RouteTable.Clusters(upstreams))
            .AddTransforms(HeaderTransforms.Add)
            .AddTransforms(context => context.AddRequestTransform(EncodedSlash.KeepAsync))
            .ConfigureHttpClient((_, handler) =>
            {
                // YARP's own defaults already leave cookies, redirects, compressed bodies and HTTP proxies alone.
                handler.PooledConnectionLifetime = ConnectionLifetime;
                handler.ConnectTimeout = ConnectTimeout;
                // As Kestrel reads them, so that they arrive byte for byte; the default refuses what is not ASCII.
                handler.RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8;
            });
    }

    public static void MapForwarding(this WebApplication app) =>
        app.MapReverseProxy(pipeline => pipeline.Use(ForwardingErrors.ExplainAsync));
}
