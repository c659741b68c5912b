using System.Diagnostics;
using System.Globalization;
using ElasticSynapse.Benchmarks.Contenders;
using ElasticSynapse.Benchmarks.Load;
using ElasticSynapse.Benchmarks.Report;

namespace ElasticSynapse.Benchmarks.Generator;

/// <summary>A process that generates for a batch at a time: asked "batch prompt-tokens new-tokens", it answers the seconds until
/// the first tokens and until the last.</summary>
internal sealed class GeneratorWorker(Worker worker, Workload workload, int seconds) : IContender
{
    public string Name => worker.Name;

    public IReadOnlyList<Measure> Measures => [TogetherAsync, AloneAsync];

    public Task StartAsync() => worker.StartAsync();

    public long PeakMemoryBytes() => worker.PeakMemoryBytes();

    public void Dispose() => worker.Dispose();

    private async Task TogetherAsync(int round, Measurements measurements)
    {
        var batches = await RepeatAsync(GeneratorFigures.Streams);
        measurements.Add(Name, GeneratorFigures.Together,
            Median.Of(batches.Select(batch => GeneratorFigures.Streams * workload.NewTokens / batch.Total)));
    }

    private async Task AloneAsync(int round, Measurements measurements)
    {
        var batches = await RepeatAsync(batch: 1);
        measurements.Add(Name, GeneratorFigures.Alone, Median.Of(batches.Select(batch => (workload.NewTokens - 1) / (batch.Total - batch.First))));
        measurements.Add(Name, GeneratorFigures.Prefill, Median.Of(batches.Select(batch => workload.PromptTokens / batch.First)));
    }

    private async Task<List<(double First, double Total)>> RepeatAsync(int batch)
    {
        var question = string.Create(CultureInfo.InvariantCulture, $"{batch} {workload.PromptTokens} {workload.NewTokens}");
        var batches = new List<(double First, double Total)>();
        var start = Stopwatch.GetTimestamp();
        while (batches.Count == 0 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
        {
            var answer = await worker.AskAsync(question);
            batches.Add((answer[0], answer[1]));
        }
        return batches;
    }
}
