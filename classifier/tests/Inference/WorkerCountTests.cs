using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Serving.Hosting.Model;

namespace ElasticSynapse.Classifier.Tests.Inference;

public sealed class WorkerCountTests
{
    [Theory]
    [InlineData(1, 4, 1)]
    [InlineData(3, 4, 3)]
    [InlineData(9, 4, 9)]
    [InlineData(0, 1, 1)]
    public void Of_NothingToChoose_MeasuresNothing(int threads, int cores, int workers) =>
        Assert.Equal(workers, WorkerCount.Of(new RuntimeOptions { Threads = threads }, cores, _ => throw new InvalidOperationException("measured")).Workers);

    [Theory]
    [InlineData(100, 180, 8)]
    [InlineData(100, 100, 8)]
    [InlineData(104, 100, 8)]
    [InlineData(106, 100, 4)]
    public void Of_EightCores_HalfAsManyOnlyWhereClearlyFaster(double halfPerSecond, double allPerSecond, int workers) =>
        Assert.Equal(workers, WorkerCount.Of(new RuntimeOptions(), 8, count => count == 4 ? halfPerSecond : allPerSecond).Workers);

    [Fact]
    public void Measure_TwoWorkers_CountsTheRunsOfBoth()
    {
        var runner = new HeldRunner(labels: 1);
        runner.LetGo(int.MaxValue);

        var perSecond = WorkerCount.Measure(2, () => runner, new TokenSequence([2, 7, 3]));

        // All but the first run of each are counted, over a tenth of a second or, on a busy machine, somewhat longer.
        Assert.InRange(perSecond, 1, (runner.Ran.Count - 2) * 10.0);
    }
}
