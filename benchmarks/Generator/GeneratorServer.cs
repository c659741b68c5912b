using System.Diagnostics;
using ElasticSynapse.Benchmarks.Contenders;
using ElasticSynapse.Benchmarks.Load;
using ElasticSynapse.Benchmarks.Report;

namespace ElasticSynapse.Benchmarks.Generator;

/// <summary>A server that speaks OpenAI's API, measured by clients that stream.</summary>
internal sealed class GeneratorServer(Server server, Workload workload, int seconds) : IContender
{
    public string Name => server.Name;

    public IReadOnlyList<Measure> Measures => [TogetherAsync, AloneAsync];

    public async Task StartAsync()
    {
        await server.StartAsync();
        await new StreamingLoad(server.Address, workload, Round: -1).RunAsync(GeneratorFigures.Streams, Server.WarmUpSeconds, () => Task.CompletedTask);
    }

    public long PeakMemoryBytes() => server.PeakMemoryBytes();

    public void Dispose() => server.Dispose();

    private async Task TogetherAsync(int round, Measurements measurements)
    {
        var allocated = new List<long?>();
        var load = new StreamingLoad(server.Address, workload, round);
        var (tokensPerSecond, firstTokenSeconds) = await load.RunAsync(
            GeneratorFigures.Streams, seconds, async () => allocated.Add(await server.AllocatedBytesAsync()));
        measurements.Add(Name, GeneratorFigures.Together, tokensPerSecond);
        measurements.Add(Name, GeneratorFigures.FirstToken, firstTokenSeconds * 1_000);
        if (allocated is [{ } before, { } after])
        {
            measurements.Add(Name, GeneratorFigures.Allocated, (after - before) / (tokensPerSecond * seconds));
        }
    }

    private async Task AloneAsync(int round, Measurements measurements)
    {
        using var client = new CompletionsClient(server.Address);
        var requests = new List<CompletionsClient.Streamed>();
        var start = Stopwatch.GetTimestamp();
        while (requests.Count == 0 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
        {
            var prompt = Prompts.Random(round, client: GeneratorFigures.Streams, requests.Count, workload.PromptTokens, workload.Vocabulary);
            requests.Add(await client.StreamAsync(prompt, workload.NewTokens, arrived: () => { }));
        }
        measurements.Add(Name, GeneratorFigures.Alone,
            Median.Of(requests.Select(request => (request.Tokens - 1) / (request.Total - request.First).TotalSeconds)));
        measurements.Add(Name, GeneratorFigures.Prefill, Median.Of(requests.Select(request => workload.PromptTokens / request.First.TotalSeconds)));
    }
}
