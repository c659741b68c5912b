using System.Text.Json;
using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Gateway.Catalogue.Kubernetes;

namespace ElasticSynapse.Gateway.Tests.Catalogue.Kubernetes;

public sealed class ClusterCatalogueTests
{
    [Fact]
    public void Of_RecordedLists_AreTheCatalogueThatWasDeployed()
    {
        var (catalogue, mistakes) = Of(Items("services.list.json"), Items("endpointslices.list.json"));

        Assert.Empty(mistakes);
        var model = Assert.Single(catalogue.Models);
        Assert.Equal(("gpt2", ModelKind.Generator), (model.Name, model.Kind));
        var version = Assert.Single(model.Versions);
        Assert.Equal(("1557429385_v0.01", 50.0), (version.Version, version.Weight));
        Assert.Equal(
            [
                new ReplicaAddress("gpt2-stable-d856dbfc9-fggb7", new Uri("http://10.8.0.11:8080/")),
                new ReplicaAddress("gpt2-stable-d856dbfc9-jckt8", new Uri("http://10.8.0.12:8080/")),
            ],
            version.Replicas.ToArray());
    }

    [Fact]
    public void Of_EachRecordedMomentOfADeployment_HasTheReplicasThatServeThen()
    {
        var services = Items("services.list.json");
        var moments = ScriptedApiServer.Recorded("endpointslices.watch.jsonl").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
            .Where(line => line.GetProperty("type").GetString() is "ADDED" or "MODIFIED")
            .Select(line => string.Join(' ', Of(services, [line.GetProperty("object")]).Catalogue.Models[0].Versions[0].Replicas
                .Select(replica => replica.Address.Host + (replica.Terminating ? " terminating" : ""))))
            .ToArray();

        // endpoints: null at first; then one, then both; the first terminates and serves on; then it is gone.
        Assert.Equal(
            ["", "", "10.8.0.11", "10.8.0.11", "10.8.0.11 10.8.0.12", "10.8.0.11 terminating 10.8.0.12", "10.8.0.12"],
            moments);
    }

    [Fact]
    public void Of_AnnotationsAndSeveralSlices_AreAllRead()
    {
        var (catalogue, mistakes) = Of(
            [
                Service("gpt2-stable", "gpt2", "1_v1", "\"elastic-synapse.io/weight\":\"90\",\"elastic-synapse.io/labels\":\"stable, blue\""),
                Service("gpt2-canary", "gpt2", "2_v1", "\"elastic-synapse.io/weight\":\"10\",\"elastic-synapse.io/labels\":\"canary,stable\""),
                Service("bert", "bert", "1_v1", "\"elastic-synapse.io/weight\":\"lots\"", "\"elastic-synapse.io/kind\":\"classifier\""),
                Service("odd", "odd", "1_v1", "", "\"elastic-synapse.io/kind\":\"writer\""),
            ],
            [Slice("gpt2-stable", "10.0.0.1"), Slice("gpt2-stable", "10.0.0.2"), Slice("gpt2-stable", "10.0.0.1"), Slice("gpt2-canary", "fd00::1")]);

        Assert.Equal(["bert", "gpt2"], catalogue.Models.Select(model => model.Name));
        Assert.Equal(ModelKind.Classifier, catalogue.Models[0].Kind);
        var (stable, canary) = (catalogue.Models[1].Versions[0], catalogue.Models[1].Versions[1]);
        Assert.Equal(["10.0.0.1:8080", "10.0.0.2:8080"], stable.Replicas.Select(replica => replica.Name));
        Assert.Equal(["stable", "blue"], stable.Labels.ToArray());
        Assert.Equal("http://[fd00::1]:8080/", canary.Replicas[0].Address.AbsoluteUri);
        Assert.Equal(10, canary.Weight);
        Assert.Equal(["canary"], canary.Labels.ToArray());
        Assert.Equal(
            [
                "the Service bert has elastic-synapse.io/weight 'lots'; it must be a number between 0 and 100, and is taken as 0",
                "the Service odd has elastic-synapse.io/kind 'writer'; it must be generator or classifier, and is left out",
                "gpt2: the label 'stable' stands on more than one version; it stays where it was seen first",
            ],
            mistakes);
    }

    [Fact]
    public void Of_ShadowAndScaleFromZero_AreReadWithTheServiceThatSaysThem()
    {
        var (catalogue, mistakes) = Of(
            [Service("gpt2-shadow", "gpt2", "3_v1", "\"elastic-synapse.io/shadow\":\"12.5\",\"elastic-synapse.io/scale-from-zero\":\"gpt2-three\""), Service("gpt2-odd", "gpt2", "4_v1", "\"elastic-synapse.io/shadow\":\"half\"")],
            [JsonSerializer.Deserialize<JsonElement>(ClusterObjects.Slice("gpt2-shadow", new Uri("http://10.0.0.1:8080"), ready: false))]);

        Assert.Equal(["the Service gpt2-odd has elastic-synapse.io/shadow 'half'; it must be a number between 0 and 100, and is taken as 0"], mistakes);
        var version = catalogue.Models[0].Versions[0];
        Assert.Equal(12.5, version.Shadow);
        Assert.Equal(new ClusterVersion("gpt2-shadow", "gpt2-three", IsStarting: true), version.Cluster);
        Assert.Empty(version.Replicas);
        Assert.Equal((0.0, new ClusterVersion("gpt2-odd")), (catalogue.Models[0].Versions[1].Shadow, catalogue.Models[0].Versions[1].Cluster));
    }

    private static (ModelCatalogue Catalogue, IReadOnlyList<string> Mistakes) Of(IReadOnlyList<JsonElement> services, IReadOnlyList<JsonElement> slices) =>
        ClusterCatalogue.Of(services, slices, "http");

    private static JsonElement[] Items(string file) =>
        [.. JsonSerializer.Deserialize<JsonElement>(ScriptedApiServer.Recorded(file)).GetProperty("items").EnumerateArray()];

    private static JsonElement Service(string name, string model, string version, string annotations, string labels = "\"x\":\"y\"") =>
        JsonSerializer.Deserialize<JsonElement>($$"""
            {"metadata": {"name": "{{name}}", "annotations": { {{annotations}} },
              "labels": {"elastic-synapse.io/model": "{{model}}", "elastic-synapse.io/version": "{{version}}", {{labels}} } } }
            """);

    private static JsonElement Slice(string service, string address) => JsonSerializer.Deserialize<JsonElement>($$"""
        {"metadata": {"name": "{{service}}-1", "labels": {"kubernetes.io/service-name": "{{service}}"} },
          "endpoints": [{"addresses": ["{{address}}"], "conditions": {} }], "ports": [{"name": "metrics", "port": 9090}, {"name": "http", "port": 8080}] }
        """);
}
