using ElasticSynapse.Benchmarks.Contenders;
using ElasticSynapse.Benchmarks.Report;

namespace ElasticSynapse.Benchmarks.Classifier;

/// <summary>A server that classifies, measured over HTTP on texts of mixed lengths.</summary>
internal sealed class ClassifierServer(Server server, int maxTokens, int seconds) : IContender
{
    public string Name => server.Name;

    public IReadOnlyList<Measure> Measures => [MixedAsync, NothingAsync];

    public async Task StartAsync()
    {
        await server.StartAsync();
        await new ClassifyLoad(server.Address, maxTokens, Round: -1).RunAsync(ClassifierFigures.Clients, Server.WarmUpSeconds, () => Task.CompletedTask);
    }

    public long PeakMemoryBytes() => server.PeakMemoryBytes();

    public void Dispose() => server.Dispose();

    private async Task MixedAsync(int round, Measurements measurements)
    {
        var allocated = new List<long?>();
        var (times, window) = await new ClassifyLoad(server.Address, maxTokens, round).RunAsync(
            ClassifierFigures.Clients, seconds, async () => allocated.Add(await server.AllocatedBytesAsync()));
        measurements.Add(Name, ClassifierFigures.Mixed, times.Count / window.TotalSeconds);
        measurements.Add(Name, ClassifierFigures.Typical, times[times.Count / 2].TotalMilliseconds);
        measurements.Add(Name, ClassifierFigures.Slow, times[times.Count * 99 / 100].TotalMilliseconds);
        if (allocated is [{ } before, { } after])
        {
            measurements.Add(Name, ClassifierFigures.Allocated, (after - before) / (double)times.Count);
        }
    }

    // Equal lengths are for what has no HTTP to hide behind.
    private Task NothingAsync(int round, Measurements measurements) => Task.CompletedTask;
}
