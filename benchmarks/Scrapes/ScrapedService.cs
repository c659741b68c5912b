using ElasticSynapse.Benchmarks.Contenders;
using ElasticSynapse.Benchmarks.Report;

namespace ElasticSynapse.Benchmarks.Scrapes;

/// <summary>One service of a stack that runs already: its /metrics, while the stack is idle and while it is asked.</summary>
internal sealed class ScrapedService(Server server, MixedRequests requests, int seconds) : IContender
{
    private const int WarmUpSeconds = 5;

    private readonly Scraper _scraper = new(server.MetricsAddress);

    public string Name => server.Name;

    public IReadOnlyList<Measure> Measures => [IdleAsync, BusyAsync];

    // .NET compiles what runs often a second and a third time, meanwhile and beside it.
    public async Task StartAsync()
    {
        var asking = requests.RunAsync(WarmUpSeconds);
        await _scraper.RunAsync(_ => !asking.IsCompleted);
        await asking;
    }

    public long PeakMemoryBytes() => server.PeakMemoryBytes();

    public void Dispose() => _scraper.Dispose();

    private async Task IdleAsync(int round, Measurements measurements)
    {
        var busyBefore = server.ProcessorTime();
        var times = await _scraper.RunAsync(before => before < ScrapeFigures.IdleScrapes);
        measurements.Add(Name, ScrapeFigures.Processor, (server.ProcessorTime() - busyBefore).TotalMilliseconds / times.Count);
        measurements.Add(Name, ScrapeFigures.Size, _scraper.Bytes / 1e3);
        Add(measurements, times, (50, ScrapeFigures.IdleTypical), (95, ScrapeFigures.IdleSlow), (99, ScrapeFigures.IdleSlowest));
    }

    private async Task BusyAsync(int round, Measurements measurements)
    {
        Add(measurements, await requests.RunAsync(seconds), (50, ScrapeFigures.AloneTypical), (99, ScrapeFigures.AloneSlowest));
        var asking = requests.RunAsync(seconds);
        var scrapes = await _scraper.RunAsync(_ => !asking.IsCompleted);
        Add(measurements, scrapes, (50, ScrapeFigures.BusyTypical), (95, ScrapeFigures.BusySlow), (99, ScrapeFigures.BusySlowest));
        Add(measurements, await asking, (50, ScrapeFigures.ScrapedTypical), (99, ScrapeFigures.ScrapedSlowest));
    }

    private void Add(Measurements measurements, IReadOnlyList<TimeSpan> times, params (int Percentile, string Figure)[] figures)
    {
        foreach (var (percentile, figure) in figures)
        {
            measurements.Add(Name, figure, times[times.Count * percentile / 100].TotalMilliseconds);
        }
    }
}
