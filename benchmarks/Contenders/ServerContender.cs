using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ElasticSynapse.Benchmarks.Load;
using ElasticSynapse.Benchmarks.Report;

namespace ElasticSynapse.Benchmarks.Contenders;

/// <summary>A server on loopback, measured over HTTP by clients that stream.</summary>
internal abstract class ServerContender(string name, Workload workload, int seconds) : IContender
{
    /// <summary>Streams at a time, and slots of each server.</summary>
    public const int Streams = 16;

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly int _port = FreePort();
    private ContenderProcess? _process;

    public string Name => name;

    protected Uri Address => new($"http://127.0.0.1:{_port}");

    /// <summary>Answers 200 when the server is ready.</summary>
    protected abstract string ReadyPath { get; }

    public async Task StartAsync()
    {
        _process = new ContenderProcess(name, StartInfo(_port), answers: false);
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

    public async Task MeasureTogetherAsync(int round, Measurements measurements)
    {
        var allocated = new List<long?>();
        var load = new StreamingLoad(Address, workload, round);
        var result = await load.RunAsync(Streams, seconds, async () => allocated.Add(await AllocatedBytesAsync()));
        measurements.Add(name, Figure.Together, result.TokensPerSecond);
        measurements.Add(name, Figure.FirstToken, result.FirstTokenSeconds * 1_000);
        if (allocated is [{ } before, { } after])
        {
            measurements.Add(name, Figure.Allocated, (after - before) / (result.TokensPerSecond * seconds));
        }
    }

    public async Task MeasureAloneAsync(int round, Measurements measurements)
    {
        using var client = new CompletionsClient(Address);
        var requests = new List<CompletionsClient.Streamed>();
        var start = Stopwatch.GetTimestamp();
        for (var request = 0; request == 0 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; request++)
        {
            var prompt = Prompts.Random(round, client: Streams, request, workload.PromptTokens, workload.Vocabulary);
            requests.Add(await client.StreamAsync(prompt, workload.NewTokens, arrived: () => { }));
        }
        measurements.Add(name, Figure.Alone, Median.Of(requests.Select(request => (request.Tokens - 1) / (request.Total - request.First).TotalSeconds)));
        measurements.Add(name, Figure.Prefill, Median.Of(requests.Select(request => workload.PromptTokens / request.First.TotalSeconds)));
    }

    public long PeakMemoryBytes() => _process!.PeakMemoryBytes();

    public ValueTask DisposeAsync()
    {
        _process?.Dispose();
        return ValueTask.CompletedTask;
    }

    protected abstract ProcessStartInfo StartInfo(int port);

    /// <summary>Managed memory allocated since the start; null where there is none.</summary>
    protected virtual Task<long?> AllocatedBytesAsync() => Task.FromResult<long?>(null);

    private async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(Address, ReadyPath));
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
