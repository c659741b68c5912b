using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Gateway.Catalogue.Kubernetes;

namespace ElasticSynapse.Gateway.Tests.Catalogue.Kubernetes;

public sealed class WeightsInBetweenTests
{
    private static readonly ModelCatalogue Before = Catalogue(("1_v0.01", 100), ("2_v0.02", 0));

    [Fact]
    public void Of_TheOldOneLostItsWeightBeforeTheNewOneHasIt_TheOldOneKeepsIt()
    {
        var between = WeightsInBetween.Of(Before, Catalogue(("1_v0.01", 0), ("2_v0.02", 0)));

        Assert.Equal([100, 0], Weights(between));
        Assert.Equal([0, 100], Weights(WeightsInBetween.Of(between, Catalogue(("1_v0.01", 0), ("2_v0.02", 100)))));
    }

    [Fact]
    public void Of_OneHasAWeight_IsWhatTheClusterSays() =>
        Assert.Equal([0, 30], Weights(WeightsInBetween.Of(Before, Catalogue(("1_v0.01", 0), ("2_v0.02", 30)))));

    [Fact]
    public void Of_TheOneThatHadAllIsGone_NobodyHasAny() =>
        Assert.Equal([0], Weights(WeightsInBetween.Of(Before, Catalogue(("2_v0.02", 0)))));

    [Fact]
    public void Of_ANewModelWithoutWeights_HasNone() =>
        Assert.Equal([0], Weights(WeightsInBetween.Of(new ModelCatalogue([]), Catalogue(("2_v0.02", 0)))));

    private static ModelCatalogue Catalogue(params (string Version, double Weight)[] versions) =>
        new([new ModelEntry("gpt2", ModelKind.Generator, [.. versions.Select(version => new VersionEntry(version.Version, version.Weight, [], []))])]);

    private static IEnumerable<double> Weights(ModelCatalogue catalogue) => catalogue.Models.Single().Versions.Select(version => version.Weight);
}
