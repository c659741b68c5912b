using System.Diagnostics;
using ElasticSynapse.Benchmarks.Contenders;
using ElasticSynapse.Benchmarks.Report;

namespace ElasticSynapse.Benchmarks.Loading;

/// <summary>Loads a checkpoint once a round, each time in a new process: asked for anything, it answers the seconds.</summary>
internal sealed class LoadingContender(string name, Func<ProcessStartInfo> command) : IContender
{
    private long _peakMemoryBytes;

    public string Name => name;

    public IReadOnlyList<Measure> Measures => [LoadAsync];

    // The first load of all brings the file into the page cache.
    public Task StartAsync() => LoadAsync(round: 0, new Measurements());

    public long PeakMemoryBytes() => _peakMemoryBytes;

    public void Dispose()
    {
    }

    private async Task LoadAsync(int round, Measurements measurements)
    {
        var start = Stopwatch.GetTimestamp();
        using var worker = new Worker(name, command());
        await worker.StartAsync();
        measurements.Add(name, LoadingFigures.Loaded, (await worker.AskAsync("load"))[0]);
        measurements.Add(name, LoadingFigures.Started, Stopwatch.GetElapsedTime(start).TotalSeconds);
        _peakMemoryBytes = Math.Max(_peakMemoryBytes, worker.PeakMemoryBytes());
    }
}
