using System.Text;
using ElasticSynapse.Serving.Hosting.Tracing;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace ElasticSynapse.Gateway.Forwarding;

/// <summary>The connections to all replicas, pooled by address.</summary>
internal sealed class UpstreamConnections(TraceExport traces) : ForwarderHttpClientFactory
{
    // Kubernetes moves a service's name to other addresses; a connection is not kept past this, so that they are noticed.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    public HttpMessageInvoker Create() => CreateClient(new ForwarderHttpClientContext { ClusterId = "replicas", NewConfig = HttpClientConfig.Empty });

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        // YARP's own defaults already leave cookies, redirects, compressed bodies and HTTP proxies alone.
        base.ConfigureHandler(context, handler);
        handler.PooledConnectionLifetime = ConnectionLifetime;
        handler.ConnectTimeout = ConnectTimeout;
        // As Kestrel reads them, so that they arrive byte for byte; the default refuses what is not ASCII.
        handler.RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8;
        if (!traces.IsOn)
        {
            // It would make a span of each call, which nobody gets to see. A caller's trace goes on with its other headers.
            handler.ActivityHeadersPropagator = null;
        }
    }
}
