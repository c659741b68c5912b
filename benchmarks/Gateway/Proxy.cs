using ElasticSynapse.Benchmarks.Contenders;
using ElasticSynapse.Benchmarks.Report;

namespace ElasticSynapse.Benchmarks.Gateway;

/// <summary>A proxy in front of the upstream, or the upstream itself.</summary>
internal sealed class Proxy(Server server, int seconds) : IContender
{
    // .NET compiles what runs often a second and a third time: some 100,000 requests here until nothing changes any more.
    private const int WarmUpSeconds = 20;

    public string Name => server.Name;

    public IReadOnlyList<Measure> Measures => [ThroughputAsync, LatencyAsync, StreamsAsync];

    public async Task StartAsync()
    {
        await server.StartAsync();
        await Wrk.RunAsync(server.Address, WarmUpSeconds);
    }

    public long PeakMemoryBytes() => server.PeakMemoryBytes();

    public void Dispose() => server.Dispose();

    private async Task ThroughputAsync(int round, Measurements measurements)
    {
        var before = await server.AllocatedBytesAsync(ProxyFiles.Key);
        var busyBefore = server.ProcessorTime();
        var (requests, perSecond) = await Wrk.RunAsync(server.Address, seconds);
        measurements.Add(Name, GatewayFigures.Processor, (server.ProcessorTime() - busyBefore).TotalMicroseconds / requests);
        var after = await server.AllocatedBytesAsync(ProxyFiles.Key);
        measurements.Add(Name, GatewayFigures.Throughput, perSecond);
        if (after - before is { } allocated)
        {
            measurements.Add(Name, GatewayFigures.Allocated, allocated / (double)requests);
        }
    }

    private async Task LatencyAsync(int round, Measurements measurements)
    {
        var times = await PacedLoad.RunAsync(server.Address, GatewayFigures.Pace, seconds);
        measurements.Add(Name, GatewayFigures.Typical, times[times.Count / 2].TotalMilliseconds);
    }

    private async Task StreamsAsync(int round, Measurements measurements)
    {
        var delays = await StreamsLoad.RunAsync(server.Address, GatewayFigures.Streams, seconds);
        measurements.Add(Name, GatewayFigures.EventDelay, delays[delays.Count * 99 / 100].TotalMilliseconds);
    }
}
