using System.Diagnostics;
using System.Globalization;
using ElasticSynapse.Benchmarks.Load;

namespace ElasticSynapse.Benchmarks.Contenders;

/// <summary>Our own model-server, configured as by default but for drafts.</summary>
internal sealed class ModelServerContender(string name, string checkpoint, Workload workload, int seconds)
    : ServerContender(name, workload, seconds)
{
    private const string AllocatedMetric = "dotnet_gc_heap_total_allocated_bytes_total ";

    protected override string ReadyPath => "/readyz";

    protected override ProcessStartInfo StartInfo(int port) => new("dotnet", [Repository.Assembly("model-server", "ModelServer")])
    {
        Environment =
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["Model__Uri"] = checkpoint,
            // A model of random weights repeats itself, so that every guess from its own text would come true.
            ["Scheduler__DraftTokens"] = "0",
            ["Scheduler__MaxSequences"] = Streams.ToString(CultureInfo.InvariantCulture),
        },
    };

    // What a scrape itself allocates is little beside thousands of tokens.
    protected override async Task<long?> AllocatedBytesAsync()
    {
        using var http = new HttpClient();
        var metrics = await http.GetStringAsync(new Uri(Address, "/metrics"));
        var line = metrics.Split('\n').First(line => line.StartsWith(AllocatedMetric, StringComparison.Ordinal));
        return (long)double.Parse(line[AllocatedMetric.Length..], CultureInfo.InvariantCulture);
    }
}
