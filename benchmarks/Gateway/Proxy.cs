using ElasticSynapse.Benchmarks.Contenders;
using ElasticSynapse.Benchmarks.Report;

namespace ElasticSynapse.Benchmarks.Gateway;

/// <summary>A proxy in front of the upstream, or the upstream itself.</summary>
internal sealed class Proxy(Server server, int seconds) : IContender
{
    // .NET compiles what runs often a second and a third time: some 100,000 requests or events until nothing changes any more.
    private const int WarmUpSeconds = 10;

    public string Name => server.Name;

    public IReadOnlyList<Measure> Measures => [ThroughputAsync, LatencyAsync, StreamsAsync];

    public async Task StartAsync()
    {
        await server.StartAsync();
        await Wrk.RunAsync(server.Address, WarmUpSeconds);
        await StreamsLoad.RunAsync(server.Address, GatewayFigures.Streams, WarmUpSeconds, () => { });
    }

    public long PeakMemoryBytes() => server.PeakMemoryBytes();

    public void Dispose() => server.Dispose();

    private async Task ThroughputAsync(int round, Measurements measurements)
    {
        var before = await server.AllocatedBytesAsync();
        var busyBefore = server.ProcessorTime();
        var (requests, perSecond) = await Wrk.RunAsync(server.Address, seconds);
        measurements.Add(Name, GatewayFigures.Processor, (server.ProcessorTime() - busyBefore).TotalMicroseconds / requests);
        var after = await server.AllocatedBytesAsync();
        measurements.Add(Name, GatewayFigures.Throughput, perSecond);
        if (after - before is { } allocated)
        {
            measurements.Add(Name, GatewayFigures.Allocated, allocated / (double)requests);
        }
    }

    private async Task LatencyAsync(int round, Measurements measurements)
    {
        var median = await Wrk.PacedAsync(server.Address, seconds);
        measurements.Add(Name, GatewayFigures.Typical, median.TotalMilliseconds);
    }

    private async Task StreamsAsync(int round, Measurements measurements)
    {
        TimeSpan busyBefore = default;
        var delays = await StreamsLoad.RunAsync(server.Address, GatewayFigures.Streams, seconds, () => busyBefore = server.ProcessorTime());
        measurements.Add(Name, GatewayFigures.EventProcessor, (server.ProcessorTime() - busyBefore).TotalMicroseconds / delays.Count);
        measurements.Add(Name, GatewayFigures.EventDelay, delays[delays.Count * 99 / 100].TotalMilliseconds);
    }
}
