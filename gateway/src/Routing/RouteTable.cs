using System.Net;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace ElasticSynapse.Gateway.Routing;

/// <summary>Which path goes to which model service, as YARP's routes and clusters.</summary>
/// <remarks>Methods are left to the upstream: it knows which it has, and answers 405 in the same envelope.</remarks>
internal static class RouteTable
{
    public const string Generator = "generator";
    public const string Classifier = "classifier";

    private static readonly (string Path, string Upstream)[] Paths =
    [
        ("/v1/completions", Generator),
        ("/v1/models", Generator),
        ("/v1/models/{id}", Generator),
        ("/classify", Classifier),
        ("/v1/moderations", Classifier),
    ];

    public static IReadOnlyList<RouteConfig> Routes() =>
    [
        .. Paths.Select(route => new RouteConfig
        {
            RouteId = route.Path,
            ClusterId = route.Upstream,
            Match = new RouteMatch { Path = route.Path },
        }),
    ];

    public static IReadOnlyList<ClusterConfig> Clusters(UpstreamOptions upstreams) =>
    [
        .. upstreams.All().Select(upstream => new ClusterConfig
        {
            ClusterId = upstream.Name,
            Destinations = new Dictionary<string, DestinationConfig>
            {
                [upstream.Name] = new() { Address = upstream.Address.AbsoluteUri },
            },
            HttpRequest = new ForwarderRequestConfig
            {
                Version = HttpVersion.Version11,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                ActivityTimeout = upstreams.ActivityTimeout,
            },
        }),
    ];
}
