using ElasticSynapse.Tests;

namespace ElasticSynapse.EndToEnd.Tests.Monitoring;

/// <summary>All three services and a Prometheus that scrapes them: a generator with a stable and a canary version, where one of
/// stable's replicas is overloaded, and a classifier. Traces go to a receiver.</summary>
public sealed class MonitoredStack : IAsyncLifetime
{
    private OverloadedReplica _overloaded = null!;
    private readonly List<ServiceProcess> _services = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("monitored-");

    internal OtlpReceiver Traces { get; private set; } = null!;

    internal PrometheusServer Prometheus { get; private set; } = null!;

    internal HttpClient Gateway { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        (_overloaded, Traces) = (new OverloadedReplica(), new OtlpReceiver());
        var stable = await StartAsync("model-server", "ModelServer", new() { ["Model__Uri"] = Model("demo-gpt2"), ["Model__Version"] = "1_v1.0" });
        var canary = await StartAsync("model-server", "ModelServer", new() { ["Model__Uri"] = Model("demo-gpt2"), ["Model__Version"] = "2_v1.1" });
        var classifier = await StartAsync("classifier", "Classifier", new() { ["Model__Uri"] = Model("demo-bert") });
        var catalogue = Path.Combine(_folder.FullName, "catalogue.json");
        await File.WriteAllTextAsync(catalogue, $$"""
            { "models": {
                "demo-gpt2": { "kind": "generator", "versions": {
                  "1_v1.0": { "weight": 50, "labels": ["stable"], "replicas": ["{{stable.BaseAddress}}", "{{_overloaded.Address}}"] },
                  "2_v1.1": { "weight": 50, "labels": ["canary"], "replicas": ["{{canary.BaseAddress}}"] } } },
                "demo-bert": { "kind": "classifier", "versions": { "0_v0.0": { "weight": 100, "replicas": ["{{classifier.BaseAddress}}"] } } } } }
            """);
        Gateway = await StartAsync("gateway", "Gateway", new()
        {
            ["Catalogue__File"] = catalogue,
            ["Admission__MaxRunning"] = "2",
            ["Admission__MaxQueued"] = "2",
            ["Replicas__AffinityBytes"] = "0",
        });
        Prometheus = new PrometheusServer(new[] { stable, canary, classifier, Gateway }.Select(service => service.BaseAddress!));
        await Eventually.HoldsAsync(Prometheus.IsReadyAsync, () => "Prometheus is not ready");
    }

    public Task DisposeAsync()
    {
        Prometheus?.Dispose();
        _services.ForEach(service => service.Dispose());
        Traces.Dispose();
        _overloaded.Dispose();
        _folder.Delete(recursive: true);
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
