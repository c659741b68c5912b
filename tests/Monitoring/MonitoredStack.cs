using ElasticSynapse.Gateway.Tests.Running;
using ElasticSynapse.Tests;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.EndToEnd.Tests.Monitoring;

/// <summary>All three services and a Prometheus that scrapes them: a generator with a stable and a canary version, where one of
/// stable's replicas is overloaded, a classifier, and one with a slow replica; beside it a second gateway in a cluster full of
/// trouble. Traces go to a receiver.</summary>
public sealed class MonitoredStack : IAsyncLifetime
{
    private readonly List<ServiceProcess> _services = [];
    private readonly List<IAsyncDisposable> _others = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("monitored-");

    internal OtlpReceiver Traces { get; private set; } = null!;

    internal PrometheusServer Prometheus { get; private set; } = null!;

    internal HttpClient Gateway { get; private set; } = null!;

    /// <summary>What its operators see of it.</summary>
    internal HttpClient GatewayMetrics { get; private set; } = null!;

    internal TroubledCluster Cluster { get; private set; } = null!;

    /// <summary>The gateway of <see cref="Cluster"/>.</summary>
    internal HttpClient ClusterGateway { get; private set; } = null!;

    /// <summary>All that Prometheus scrapes.</summary>
    internal IReadOnlyList<HttpClient> Services { get; private set; } = [];

    private string Catalogue => Path.Combine(_folder.FullName, "catalogue.json");

    public async Task InitializeAsync()
    {
        Traces = new OtlpReceiver();
        var overloaded = With(await Upstream.StartAsync(Answer503Async));
        var slow = With(await SlowPair.StartAsync());
        Cluster = With(await TroubledCluster.StartAsync());
        var stable = await StartAsync("model-server", "ModelServer", new() { ["Model__Uri"] = Model(MixedLoad.Generator), ["Model__Version"] = "1_v1.0" });
        var canary = await StartAsync("model-server", "ModelServer", new() { ["Model__Uri"] = Model(MixedLoad.Generator), ["Model__Version"] = "2_v1.1" });
        var classifier = await StartAsync("classifier", "Classifier", new() { ["Model__Uri"] = Model(MixedLoad.Classifier) });
        await File.WriteAllTextAsync(Catalogue, $$"""
            { "models": {
                "{{MixedLoad.Generator}}": { "kind": "generator", "versions": {
                  "1_v1.0": { "weight": 50, "labels": ["stable"], "replicas": ["{{stable.BaseAddress}}", "{{overloaded.Address}}"] },
                  "2_v1.1": { "weight": 50, "labels": ["canary"], "replicas": ["{{canary.BaseAddress}}"] } } },
                "{{MixedLoad.Classifier}}": { "kind": "classifier", "versions": { "0_v0.0": { "weight": 100, "replicas": ["{{classifier.BaseAddress}}"] } } },
                "{{SlowPair.Model}}": { "kind": "classifier", "versions": { "0_v0.0": { "weight": 100, "replicas": ["{{string.Join("\", \"", slow.Addresses)}}"] } } } } }
            """);
        Gateway = await StartAsync("gateway", "Gateway", new()
        {
            ["Catalogue__File"] = Catalogue,
            ["Admission__MaxRunning"] = "2",
            ["Admission__MaxQueued"] = "2",
            ["Replicas__AffinityBytes"] = "0",
            ["Hedging__Enabled"] = "true",
            // Back soon, to fail again.
            ["Outliers__BaseEjection"] = "00:00:01",
            ["Outliers__MaxEjection"] = "00:00:01",
        });
        ClusterGateway = await StartAsync("gateway", "Gateway", Cluster.Settings);
        // Services are started in turn: the last two are the gateways.
        GatewayMetrics = new HttpClient { BaseAddress = await _services[^2].OperatorsAsync() };
        Services = [stable, canary, classifier, GatewayMetrics, new HttpClient { BaseAddress = await _services[^1].OperatorsAsync() }];
        Prometheus = new PrometheusServer(Services.Select(service => service.BaseAddress!));
        await Eventually.HoldsAsync(Prometheus.IsReadyAsync, () => "Prometheus is not ready");
        await Eventually.HoldsAsync(
            async () => (await Services[^1].GetStringAsync("/catalogue")).Contains("4_v1", StringComparison.Ordinal), () => "the gateway does not know its cluster");
    }

    public async Task DisposeAsync()
    {
        Prometheus?.Dispose();
        _services.ForEach(service => service.Dispose());
        foreach (var other in _others)
        {
            await other.DisposeAsync();
        }
        Traces.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>Puts a mistake into the catalogue, another one each time; what was read before stays in effect.</summary>
    internal Task SpoilCatalogueAsync(int which) => File.WriteAllTextAsync(Catalogue, $"mistake number {which}");

    private T With<T>(T other) where T : IAsyncDisposable
    {
        _others.Add(other);
        return other;
    }

    private static Task Answer503Async(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Task.CompletedTask;
    }

    private async Task<HttpClient> StartAsync(string folder, string name, Dictionary<string, string> settings)
    {
        settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = Traces.Address;
        settings["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        settings["OTEL_BSP_SCHEDULE_DELAY"] = "200";
        // Where the solution's build puts them, and scripts/up takes them from.
        var assembly = Path.Combine(RepositoryFiles.Root, folder, "src", "bin", Configuration, "net10.0", $"ElasticSynapse.{name}.dll");
        var service = ServiceProcess.Start(assembly, settings);
        _services.Add(service);
        return await service.ReadyAsync();
    }

    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private static string Model(string name) => Path.Combine(RepositoryFiles.Root, "models", name);
}
