using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ElasticSynapse.Benchmarks.Contenders;

/// <summary>A server on a free loopback port.</summary>
/// <param name="name">Of the contender.</param>
/// <param name="readyPath">Answers 200 when it is ready.</param>
/// <param name="startInfo">What to run, for a port.</param>
/// <param name="hasOperators">Whether its metrics are at an address of their own, as the gateway's are.</param>
internal sealed class Server(string name, string readyPath, Func<int, ProcessStartInfo> startInfo, bool hasOperators = false) : IDisposable
{
    /// <summary>Begins the line of the metric.</summary>
    public const string AllocatedMetric = "dotnet_gc_heap_total_allocated_bytes_total ";

    /// <summary>Under load and not counted: while .NET compiles what runs often, a server is slower by up to a third.</summary>
    public const int WarmUpSeconds = 8;

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly int _port = FreePort();
    private readonly int? _operatorsPort = hasOperators ? FreePort() : null;
    private ContenderProcess? _process;

    public string Name => name;

    public Uri Address => new($"http://127.0.0.1:{_port}");

    /// <summary>Where its /metrics are.</summary>
    public Uri MetricsAddress => new($"http://127.0.0.1:{_operatorsPort ?? _port}");

    /// <exception cref="BenchmarkException">It ends, or is not ready in time.</exception>
    public async Task StartAsync()
    {
        var command = startInfo(_port);
        if (hasOperators)
        {
            command.Environment["Admin__Url"] = MetricsAddress.OriginalString;
        }
        _process = new ContenderProcess(name, command, answers: false);
        using var http = new HttpClient();
        for (var start = Stopwatch.GetTimestamp(); !await IsReadyAsync(http); await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System))
        {
            _process.ThrowIfEnded();
            if (Stopwatch.GetElapsedTime(start) > StartLimit)
            {
                throw new BenchmarkException($"{name} was not ready after {StartLimit.TotalSeconds:N0} s");
            }
        }
    }

    /// <summary>Managed memory allocated since the start; null where no such metric is served.</summary>
    /// <remarks>What a scrape itself allocates, 0.2 MB, is little beside thousands of requests or tokens.</remarks>
    public async Task<long?> AllocatedBytesAsync()
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(MetricsAddress, "/metrics"));
        var line = (await response.Content.ReadAsStringAsync()).Split('\n').FirstOrDefault(line => line.StartsWith(AllocatedMetric, StringComparison.Ordinal));
        return line is null ? null : (long)double.Parse(line[AllocatedMetric.Length..], CultureInfo.InvariantCulture);
    }

    public TimeSpan ProcessorTime() => _process!.ProcessorTime();

    public long PeakMemoryBytes() => _process!.PeakMemoryBytes();

    public void Dispose() => _process?.Dispose();

    private async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(Address, readyPath));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // does not listen yet
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
