using System.Globalization;
using Yarp.ReverseProxy.Configuration;

namespace ElasticSynapse.Benchmarks.Gateway;

/// <summary>YARP as its own template has it: one route, one cluster, one destination.</summary>
internal static class BareYarp
{
    public static async Task RunAsync(int port, string upstream)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "upstream", Match = new RouteMatch { Path = "{**path}" } }],
            [new ClusterConfig { ClusterId = "upstream", Destinations = new Dictionary<string, DestinationConfig> { ["only"] = new() { Address = upstream } } }]);
        await using var app = builder.Build();
        // As the gateway's own metrics name it.
        app.MapGet("/metrics", () => string.Create(CultureInfo.InvariantCulture, $"{Contenders.Server.AllocatedMetric}{GC.GetTotalAllocatedBytes()}\n"));
        app.MapReverseProxy();
        await app.RunAsync();
    }
}
