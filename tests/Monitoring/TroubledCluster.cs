using ElasticSynapse.Gateway.Tests.Catalogue.Kubernetes;
using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.EndToEnd.Tests.Monitoring;

/// <summary>A cluster, as far as a gateway sees one, with a model gpt2 whose canary fails, of which one version gets copies only, and
/// another sleeps: its pod comes when its Deployment is scaled up.</summary>
internal sealed class TroubledCluster : IAsyncDisposable
{
    public const string Model = "gpt2";
    public const string Canary = Model + "@2_v1";
    public const string Sleeper = Model + "@4_v1";

    private ScriptedApiServer _api = null!;
    private Upstream _well = null!;
    private Upstream _failing = null!;

    private TroubledCluster()
    {
    }

    /// <summary>For the gateway: it judges a canary soon, and has no retry to spare.</summary>
    public Dictionary<string, string> Settings => new()
    {
        ["Kubernetes__Namespace"] = "synapse",
        ["Kubernetes__ApiServer"] = _api.Address.AbsoluteUri,
        ["CanaryGuard__MinimumRequests"] = "3",
        ["Retries__BudgetMinimum"] = "0",
        ["ScaleFromZero__MaxWait"] = "00:00:01",
    };

    public static async Task<TroubledCluster> StartAsync()
    {
        var cluster = new TroubledCluster
        {
            _api = await ScriptedApiServer.StartAsync(),
            _well = await Upstream.StartAsync("{}"),
            _failing = await Upstream.StartAsync(context =>
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return Task.CompletedTask;
            }),
        };
        cluster._api.Lists["services"] = ClusterObjects.List(
            ClusterObjects.Service("stable", "1_v1", ("labels", "stable"), ("weight", "50")),
            ClusterObjects.Service("canary", "2_v1", ("labels", "canary"), ("weight", "50")),
            ClusterObjects.Service("shadow", "3_v1", ("shadow", "100"), ("weight", "0")),
            ClusterObjects.Service("sleeper", "4_v1", ("scale-from-zero", "sleeper"), ("weight", "0")));
        cluster._api.Lists["endpointslices"] = ClusterObjects.List(
            ClusterObjects.Slice("stable", cluster._well.Address),
            ClusterObjects.Slice("canary", cluster._failing.Address),
            ClusterObjects.Slice("shadow", cluster._well.Address),
            ClusterObjects.Slice("sleeper", null));
        cluster._api.Instead = context =>
        {
            if (HttpMethods.IsPatch(context.Request.Method))
            {
                cluster.SleeperHas(cluster._well.Address);
            }
            return Task.FromResult(false);
        };
        return cluster;
    }

    /// <summary>What an autoscaler does with a version that nobody asks for.</summary>
    public void ScaleSleeperToZero() => SleeperHas(null);

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await _well.DisposeAsync();
        await _failing.DisposeAsync();
    }

    private void SleeperHas(Uri? pod) => _api.Send("endpointslices", ClusterObjects.Modified(ClusterObjects.Slice("sleeper", pod)));
}
