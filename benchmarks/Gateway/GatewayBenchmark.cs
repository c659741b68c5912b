using System.Diagnostics;
using System.Globalization;
using ElasticSynapse.Benchmarks.Contenders;
using ElasticSynapse.Benchmarks.Report;
using static ElasticSynapse.Benchmarks.Gateway.GatewayFigures;

namespace ElasticSynapse.Benchmarks.Gateway;

/// <summary>Our gateway beside bare YARP, nginx and haproxy in front of the same trivial upstream, in turns.</summary>
internal static class GatewayBenchmark
{
    /// <summary>Contenders that need nothing but .NET; direct is the upstream without a proxy.</summary>
    public static readonly IReadOnlyList<string> Ours = ["direct", "gateway", "yarp"];

    /// <summary>Those of Debian.</summary>
    public static readonly IReadOnlyList<string> Peers = ["nginx", "haproxy"];

    private static readonly Target[] Targets =
    [
        new("gateway", "yarp", Throughput, 0.8),
        new("gateway", "nginx", Throughput, 0.42),
        new("yarp", "nginx", Throughput, 0.53),
        new("gateway", "yarp", Processor, 1.25, IsUpper: true),
        new("gateway", "yarp", Allocated, 2, IsUpper: true),
        new("gateway", "direct", Typical, 0.2, IsUpper: true, IsDifference: true),
        new("gateway", "direct", EventDelay, 10, IsUpper: true, IsDifference: true),
        new("gateway", "yarp", Measurements.PeakMemory, 2, IsUpper: true),
    ];

    public static async Task RunAsync(BenchmarkOptions options)
    {
        if (options.Checkpoint is not null)
        {
            throw new ArgumentException("--checkpoint has no effect here: the gateway reads none");
        }
        using var upstream = new Server("upstream", "/readyz", port => Commands.Self("trivial-upstream", Number(port)));
        await upstream.StartAsync();
        using var files = new ProxyFiles(upstream.Address);
        var contenders = options.Contenders.Select(name => (IContender)new Proxy(Start(name, upstream.Address, files), options.Seconds)).ToList();
        var measurements = await Turns.RunAsync(contenders, options.Rounds);

        var setting = string.Create(CultureInfo.InvariantCulture,
            $"A completion of 60 bytes asked and 330 answered at once. wrk with {Connections} connections; {Pace:N0} requests/s of {PacedConnections} connections with pauses; {Streams:N0} event streams of {EventsPerSecond} events/s. Medians of {options.Rounds} rounds of {options.Seconds} s. The gateway with keys, limits, two weighted versions, retries and metrics; nobody logs requests. Clients, proxy and upstream share the machine.");
        Console.Write(new BenchmarkReport(setting, options.Contenders,
            [Throughput, Processor, Typical, EventDelay, EventProcessor, Measurements.PeakMemory, Allocated], Targets).Show(measurements));
    }

    private static Server Start(string name, Uri upstream, ProxyFiles files) => name switch
    {
        "gateway" => new Server(name, "/livez", files.Gateway, hasOperators: true),
        "yarp" => new Server(name, "/readyz", port => BareYarp(port, upstream)),
        "nginx" => new Server(name, "/readyz", files.Nginx),
        "haproxy" => new Server(name, "/readyz", files.Haproxy),
        _ => new Server(name, "/readyz", port => Commands.Self("trivial-upstream", Number(port))),
    };

    private static ProcessStartInfo BareYarp(int port, Uri upstream)
    {
        var start = Commands.Self("bare-yarp", Number(port), upstream.AbsoluteUri);
        // What a web project of .NET has by default; the benchmark's own has not.
        start.Environment["DOTNET_gcServer"] = "1";
        return start;
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
