using System.Diagnostics;
using System.Globalization;
using ElasticSynapse.Benchmarks.Load;
using ElasticSynapse.Benchmarks.Report;

namespace ElasticSynapse.Benchmarks.Contenders;

/// <summary>A process without HTTP that generates for a batch at a time: a line "batch prompt-tokens new-tokens" asks it for one,
/// and it answers the seconds until the first tokens and until the last, "first total".</summary>
internal sealed class WorkerContender(string name, ProcessStartInfo start, Workload workload, int seconds) : IContender
{
    private ContenderProcess? _process;

    public string Name => name;

    public async Task StartAsync()
    {
        _process = new ContenderProcess(name, start, answers: true);
        await _process.AnswerAsync(); // a line once it is ready
    }

    public async Task MeasureTogetherAsync(int round, Measurements measurements)
    {
        var batches = await RepeatAsync(ServerContender.Streams);
        measurements.Add(name, Figure.Together, Median.Of(batches.Select(batch => ServerContender.Streams * workload.NewTokens / batch.Total)));
    }

    public async Task MeasureAloneAsync(int round, Measurements measurements)
    {
        var batches = await RepeatAsync(batch: 1);
        measurements.Add(name, Figure.Alone, Median.Of(batches.Select(batch => (workload.NewTokens - 1) / (batch.Total - batch.First))));
        measurements.Add(name, Figure.Prefill, Median.Of(batches.Select(batch => workload.PromptTokens / batch.First)));
    }

    public long PeakMemoryBytes() => _process!.PeakMemoryBytes();

    public ValueTask DisposeAsync()
    {
        _process?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<List<(double First, double Total)>> RepeatAsync(int batch)
    {
        var question = string.Create(CultureInfo.InvariantCulture, $"{batch} {workload.PromptTokens} {workload.NewTokens}");
        var answers = new List<(double First, double Total)>();
        var begun = Stopwatch.GetTimestamp();
        while (answers.Count == 0 || Stopwatch.GetElapsedTime(begun).TotalSeconds < seconds)
        {
            var numbers = (await _process!.AskAsync(question)).Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
            answers.Add((numbers[0], numbers[1]));
        }
        return answers;
    }
}
