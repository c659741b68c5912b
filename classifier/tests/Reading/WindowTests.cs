using ElasticSynapse.Classifier.Reading;
using ElasticSynapse.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace ElasticSynapse.Classifier.Tests.Reading;

public sealed class WindowTests
{
    [Theory]
    [InlineData(0, 10, 0.25, "0+0")]
    [InlineData(10, 10, 0.25, "0+10")]
    [InlineData(11, 10, 0.25, "0+10 1+10")]
    [InlineData(18, 10, 0.25, "0+10 8+10")]
    [InlineData(25, 10, 0.25, "0+10 8+10 15+10")]
    [InlineData(30, 10, 0.0, "0+10 10+10 20+10")]
    [InlineData(12, 10, 0.9, "0+10 1+10 2+10")]
    [InlineData(3, 1, 0.9, "0+1 1+1 2+1")]
    public void Over_TokensAndSize_OverlappingAndTheLastFull(int tokens, int size, double overlap, string windows) =>
        Assert.Equal(windows, string.Join(' ', Window.Over(tokens, size, overlap).Select(window => $"{window.First}+{window.Count}")));

    [Fact]
    public void Over_AnyText_EveryTokenIsInAWindowAndNoWindowIsLargerThanTheModelTakes()
    {
        var cases =
            from tokens in Gen.Choose(0, 3_000)
            from size in Gen.Choose(1, 600)
            from overlap in Gen.Choose(0, 90)
            select (tokens, size, overlap / 100.0);
        Check.One(AwkwardText.Settings, Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var (tokens, size, overlap) = c;
            var windows = Window.Over(tokens, size, overlap);
            var covered = windows.SelectMany(window => Enumerable.Range(window.First, window.Count)).Distinct().Count();
            return covered == tokens
                && windows.All(window => window.Count == Math.Min(size, tokens))
                && windows.Zip(windows.Skip(1)).All(pair => pair.Second.First > pair.First.First);
        }));
    }
}
