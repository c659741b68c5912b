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
                Service("gpt2-canary", "gpt2", "2_v1", "\"elastic-synapse.io/weight\":\"10\",\"elastic-synapse.io/labels\":\"canary\""),
                Service("bert", "bert", "1_v1", "", "\"elastic-synapse.io/kind\":\"classifier\""),
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
        Assert.Equal(100, catalogue.Models[0].Versions[0].Weight);
        Assert.Empty(mistakes);
    }

    [Theory]
    [InlineData("\"elastic-synapse.io/weight\":\"9O\"", "\"x\":\"y\"", "the Service next has elastic-synapse.io/weight '9O'; it must be a number between 0 and 100")]
    [InlineData("\"elastic-synapse.io/shadow\":\"half\"", "\"x\":\"y\"", "the Service next has elastic-synapse.io/shadow 'half'; it must be a number between 0 and 100")]
    [InlineData("\"elastic-synapse.io/labels\":\"stable\"", "\"x\":\"y\"", "the label 'stable' stands on 1_v1 and 2_v1; a label means one version")]
    [InlineData("\"elastic-synapse.io/labels\":\"can ary\"", "\"x\":\"y\"", "the Service next has the label 'can ary' in elastic-synapse.io/labels; it must be 1 to 128 letters, digits, '.', '_', '-' or '/', and start with a letter or digit")]
    [InlineData("\"elastic-synapse.io/scale-from-zero\":\"\"", "\"x\":\"y\"", "the Service next has elastic-synapse.io/scale-from-zero ''; it must be the name of a Deployment")]
    [InlineData("\"elastic-synapse.io/wieght\":\"10\"", "\"x\":\"y\"", "the Service next has the annotation elastic-synapse.io/wieght, which there is not; there are weight, labels, shadow, scale-from-zero")]
    [InlineData("", "\"elastic-synapse.io/weight\":\"10\"", "the Service next has the label elastic-synapse.io/weight, which there is not; there are model, version, kind")]
    [InlineData("", "\"elastic-synapse.io/kind\":\"writer\"", "the Service next has elastic-synapse.io/kind 'writer'; it must be generator or classifier")]
    [InlineData("", "\"elastic-synapse.io/kind\":\"classifier\"", "gpt2's Services say different kinds: 'generator' and 'classifier'")]
    public void Of_AMistake_LeavesTheModelAsItWasButForItsPods(string annotations, string labels, string mistake)
    {
        var stable = Service("stable", "gpt2", "1_v1", "\"elastic-synapse.io/weight\":\"90\",\"elastic-synapse.io/labels\":\"stable\"", "\"elastic-synapse.io/kind\":\"generator\"");
        var before = Of([stable], [Slice("stable", "10.0.0.1")]).Catalogue;

        var (catalogue, mistakes) = Of(
            [stable, Service("next", "gpt2", "2_v1", annotations, labels), Service("bert", "bert", "1_v1", "")],
            [Slice("stable", "10.0.0.2"), Slice("next", "10.0.0.3")], before);

        Assert.Equal([$"the Services of gpt2 are refused, what they said before stays in effect: 1 mistake(s): {mistake}"], mistakes);
        Assert.Equal(["bert", "gpt2"], catalogue.Models.Select(model => model.Name));
        var version = Assert.Single(catalogue.Models[1].Versions);
        Assert.Equal(("1_v1", 90.0, "stable"), (version.Version, version.Weight, version.Labels[0]));
        Assert.Equal(["10.0.0.2:8080"], version.Replicas.Select(replica => replica.Name));
    }

    [Fact]
    public void Of_SeveralMistakesAndNothingBefore_LeavesTheModelOutAndListsAll()
    {
        var (catalogue, mistakes) = Of(
            [Service("a", "gpt2", "1_v1", "\"elastic-synapse.io/weight\":\"lots\""), JsonSerializer.Deserialize<JsonElement>("""{"metadata": {"name": "b", "labels": {"elastic-synapse.io/model": "gpt2"} } }""")], []);

        Assert.Empty(catalogue.Models);
        Assert.Equal(
            ["the Services of gpt2 are refused, none of them is in effect: 2 mistake(s): the Service a has elastic-synapse.io/weight 'lots'; it must be a number between 0 and 100; the Service b lacks the label elastic-synapse.io/version"],
            mistakes);
    }

    [Fact]
    public void Of_TwoServicesOfAVersion_AddUpAndEachPodIsThereOnce()
    {
        var (catalogue, mistakes) = Of(
            [
                Service("gpt2", "gpt2", "1_v1", "\"elastic-synapse.io/weight\":\"90\",\"elastic-synapse.io/labels\":\"stable,blue\""),
                Service("gpt2-grpc", "gpt2", "1_v1", ""),
                Service("gpt2-again", "gpt2", "1_v1", "\"elastic-synapse.io/weight\":\"90.0\",\"elastic-synapse.io/labels\":\"blue,stable\""),
            ],
            [Slice("gpt2", "10.0.0.1"), Slice("gpt2-grpc", "10.0.0.1"), Slice("gpt2-again", "10.0.0.2")]);

        Assert.Empty(mistakes);
        var version = Assert.Single(catalogue.Models[0].Versions);
        Assert.Equal((90.0, "stable blue"), (version.Weight, string.Join(' ', version.Labels)));
        Assert.Equal(["10.0.0.1:8080", "10.0.0.2:8080"], version.Replicas.Select(replica => replica.Name));
    }

    [Fact]
    public void Of_TwoServicesOfAVersionThatContradict_IsAMistake()
    {
        var (catalogue, mistakes) = Of(
            [Service("a", "gpt2", "1_v1", "\"elastic-synapse.io/weight\":\"90\""), Service("b", "gpt2", "1_v1", "\"elastic-synapse.io/weight\":\"10\"")], []);

        Assert.Empty(catalogue.Models);
        Assert.Equal(
            ["the Services of gpt2 are refused, none of them is in effect: 1 mistake(s): the Services a and b of gpt2 1_v1 say different weights: '90' and '10'"], mistakes);
    }

    [Fact]
    public void Of_ShadowAndScaleFromZero_AreReadWithTheServiceThatSaysThem()
    {
        var (catalogue, mistakes) = Of(
            [Service("gpt2-shadow", "gpt2", "3_v1", "\"elastic-synapse.io/shadow\":\"12.5\",\"elastic-synapse.io/scale-from-zero\":\"gpt2-three\""), Service("gpt2-plain", "gpt2", "4_v1", "")],
            [JsonSerializer.Deserialize<JsonElement>(ClusterObjects.Slice("gpt2-shadow", new Uri("http://10.0.0.1:8080"), ready: false))]);

        Assert.Empty(mistakes);
        var version = catalogue.Models[0].Versions[0];
        Assert.Equal(12.5, version.Shadow);
        Assert.Equal(new ClusterVersion("gpt2-shadow", "gpt2-three", IsStarting: true), version.Cluster);
        Assert.Empty(version.Replicas);
        Assert.Equal((0.0, new ClusterVersion("gpt2-plain")), (catalogue.Models[0].Versions[1].Shadow, catalogue.Models[0].Versions[1].Cluster));
    }

    private static (ModelCatalogue Catalogue, IReadOnlyList<string> Mistakes) Of(
        IReadOnlyList<JsonElement> services, IReadOnlyList<JsonElement> slices, ModelCatalogue? before = null) =>
        ClusterCatalogue.Of(services, slices, "http", before ?? new ModelCatalogue([]));

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
