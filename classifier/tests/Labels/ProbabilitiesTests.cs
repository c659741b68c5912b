using ElasticSynapse.Classifier.Labels;

namespace ElasticSynapse.Classifier.Tests.Labels;

public sealed class ProbabilitiesTests
{
    [Fact]
    public void Sigmoid_ExtremeLogits_StayProbabilities() =>
        Assert.Equal([0, 0.5f, 1, 0.880797f], Probabilities.Sigmoid([-1000, 0, 1000, 2]).Select(p => MathF.Round(p, 6)));

    [Fact]
    public void Softmax_ExtremeLogits_DoNotOverflow() =>
        Assert.Equal([0.5f, 0.5f, 0], Probabilities.Softmax([1000, 1000, -1000]));

    [Fact]
    public void Softmax_ThreeLogits_SharesOfTheirExponentials() =>
        Assert.Equal([0.090031f, 0.244728f, 0.665241f], Probabilities.Softmax([1, 2, 3]).Select(p => MathF.Round(p, 6)));
}
