using System.Globalization;
using ElasticSynapse.Benchmarks.Contenders;
using ElasticSynapse.Benchmarks.Report;

namespace ElasticSynapse.Benchmarks.Classifier;

/// <summary>A process that classifies: asked "tokens seconds round", 0 tokens for mixed lengths, it answers the texts per second.</summary>
/// <param name="runsMixed">Whether it is asked for mixed lengths too.</param>
internal sealed class ClassifierWorker(Worker worker, int seconds, bool runsMixed) : IContender
{
    public string Name => worker.Name;

    public IReadOnlyList<Measure> Measures => [MixedAsync, EqualAsync];

    public Task StartAsync() => worker.StartAsync();

    public long PeakMemoryBytes() => worker.PeakMemoryBytes();

    public void Dispose() => worker.Dispose();

    private async Task MixedAsync(int round, Measurements measurements)
    {
        if (runsMixed)
        {
            measurements.Add(Name, ClassifierFigures.Mixed, await AskAsync(tokens: 0, round));
        }
    }

    private async Task EqualAsync(int round, Measurements measurements)
    {
        measurements.Add(Name, ClassifierFigures.Short, await AskAsync(tokens: 32, round));
        measurements.Add(Name, ClassifierFigures.Medium, await AskAsync(tokens: 128, round));
    }

    private async Task<double> AskAsync(int tokens, int round) =>
        (await worker.AskAsync(string.Create(CultureInfo.InvariantCulture, $"{tokens} {seconds} {round}")))[0];
}
