using System.Text;
using ElasticSynapse.Gateway.Catalogue;

namespace ElasticSynapse.Gateway.Tests.Catalogue;

public sealed class CatalogueDocumentTests
{
    [Fact]
    public void Parse_WholeCatalogue_ReadsEveryMember()
    {
        var (catalogue, mistakes) = Parse("""
            {
              // comments are fine
              "models": {
                "gpt2": {
                  "kind": "generator",
                  "versions": {
                    "1557429385_v0.01": { "weight": 90, "labels": ["stable"], "replicas": ["http://10.0.0.1:8080", "http://10.0.0.2:8080"] },
                    "1557515785_v0.02": { "weight": 10, "labels": ["canary", "next"], "replicas": ["https://canary:8443/base"] },
                  }
                },
                "unitary/toxic-bert": { "kind": "classifier", "versions": { "0_v0.0": { "replicas": ["http://bert"] } } }
              }
            }
            """);

        Assert.Empty(mistakes);
        var gpt2 = catalogue!.Models[0];
        Assert.Equal(("gpt2", ModelKind.Generator), (gpt2.Name, gpt2.Kind));
        Assert.Equal(("1557429385_v0.01", 90.0), (gpt2.Versions[0].Version, gpt2.Versions[0].Weight));
        Assert.Equal(["stable"], gpt2.Versions[0].Labels.ToArray());
        Assert.Equal(["10.0.0.1:8080", "10.0.0.2:8080"], gpt2.Versions[0].Replicas.Select(replica => replica.Name));
        Assert.Equal(["canary", "next"], gpt2.Versions[1].Labels.ToArray());
        Assert.Equal("https://canary:8443/base", gpt2.Versions[1].Replicas[0].Address.AbsoluteUri);
        var bert = catalogue.Models[1];
        Assert.Equal(("unitary/toxic-bert", ModelKind.Classifier), (bert.Name, bert.Kind));
        // Alone, it needs no weight.
        Assert.Equal(100, bert.Versions[0].Weight);
    }

    [Fact]
    public void Parse_ManyMistakes_ListsAllOfThem()
    {
        var (catalogue, mistakes) = Parse("""
            {
              "modles": {},
              "models": {
                "gpt2": {
                  "kind": "writer",
                  "versions": {
                    "a": { "weight": 101, "labels": ["stable"], "replicas": ["model-server"] },
                    "b": { "weight": 10, "labels": ["stable"], "replica": "http://x" }
                  }
                },
                "bad name": { "kind": "generator" },
                "bert": { "versions": { "a": { "labels": "stable" } } },
                "empty": { "kind": "classifier", "versions": {} }
              }
            }
            """);

        Assert.Null(catalogue);
        Assert.Equal(
            [
                "the file.modles is not an option; it has models",
                "models.gpt2.kind=\"writer\": must be generator or classifier",
                "models.gpt2.versions.a.weight=101: must be a number between 0 and 100",
                "models.gpt2.versions.a.replicas: 'model-server' " + HttpAddressAttribute.Rule,
                "models.gpt2.versions.b.replica is not an option; it has weight, labels, shadow, replicas",
                "models.gpt2: the label 'stable' stands on a and b; a label means one version",
                "models: 'bad name' must be 1 to 128 letters, digits, '.', '_', '-' or '/', and start with a letter or digit",
                "models.bert.versions.a.labels=\"stable\": must be a list of strings",
                "models.bert.kind is required: generator or classifier",
                "models.empty.versions: at least one version is needed",
            ],
            mistakes);
    }

    [Theory]
    [InlineData(90, 20, "110")]
    [InlineData(0, 0, "0")]
    [InlineData(33.3, 33.3, "66.6")]
    public void Parse_WeightsThatDoNotSumTo100_SaysWhatTheySumTo(double first, double second, string sum)
    {
        var (catalogue, mistakes) = Parse(FormattableString.Invariant(
            $$"""{"models":{"gpt2":{"kind":"generator","versions":{"a":{"weight":{{first}} },"b":{"weight":{{second}} } } } } }"""));

        Assert.Null(catalogue);
        Assert.Equal([$"models.gpt2: the weights of its versions sum to {sum}; they must sum to 100"], mistakes);
    }

    [Theory]
    [InlineData("", "is not valid JSON: ")]
    [InlineData("{", "is not valid JSON: ")]
    [InlineData("[]", "the file=[]: must be an object")]
    [InlineData("""{"models":[]}""", "models=[]: must be an object")]
    [InlineData("{}", "models: at least one model is needed")]
    [InlineData("""{"models":{"gpt2":7}}""", "models.gpt2=7: must be an object")]
    [InlineData("""{"models":{"gpt2":{"kind":"generator","versions":{"a":{}}},"gpt2":{"kind":"generator","versions":{"a":{}}}}}""", "models: 'gpt2' stands there 2 times")]
    public void Parse_NotACatalogue_SaysWhy(string json, string mistake)
    {
        var (catalogue, mistakes) = Parse(json);

        Assert.Null(catalogue);
        Assert.StartsWith(mistake, Assert.Single(mistakes), StringComparison.Ordinal);
    }

    private static (ModelCatalogue? Catalogue, IReadOnlyList<string> Mistakes) Parse(string json) =>
        CatalogueDocument.Parse(Encoding.UTF8.GetBytes(json));
}
