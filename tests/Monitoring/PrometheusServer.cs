using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ElasticSynapse.EndToEnd.Tests.Stack;
using ElasticSynapse.Tests;

namespace ElasticSynapse.EndToEnd.Tests.Monitoring;

/// <summary>A real Prometheus, from Debian's package, with our rules; ended by its own process id.</summary>
internal sealed class PrometheusServer : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("prometheus-");
    private readonly Process _process;
    private readonly HttpClient _http;

    /// <param name="targets">Addresses to scrape.</param>
    public PrometheusServer(params IEnumerable<Uri> targets)
    {
        var listen = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{RunningStack.ThreeFreePorts()}");
        Address = new Uri($"http://{listen}");
        var configuration = Path.Combine(_folder.FullName, "prometheus.yml");
        File.WriteAllText(configuration, $$"""
            global: { scrape_interval: 2s, evaluation_interval: 2s }
            rule_files: ["{{Path.Combine(RepositoryFiles.Root, "helm", "elastic-synapse", "rules")}}/*.yaml"]
            scrape_configs:
              - job_name: stack
                static_configs: [{ targets: [{{string.Join(", ", targets.Select(target => $"\"{target.Authority}\""))}}] }]
            """);
        _process = Process.Start(new ProcessStartInfo("prometheus",
        [
            $"--config.file={configuration}", $"--storage.tsdb.path={Path.Combine(_folder.FullName, "data")}",
            $"--web.listen-address={listen}", "--enable-feature=exemplar-storage", "--log.level=error",
        ]))!;
        _http = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }

    /// <summary>The values that a query has now; none if nothing matches.</summary>
    public async Task<double[]> QueryAsync(string expression)
    {
        using var form = new FormUrlEncodedContent([new("query", expression)]);
        var answer = await ReadAsync(await _http.PostAsync("/api/v1/query", form));
        return answer.GetProperty("resultType").GetString() == "scalar"
            ? [Value(answer.GetProperty("result"))]
            : [.. answer.GetProperty("result").EnumerateArray().Select(series => Value(series.GetProperty("value")))];
    }

    /// <summary>Ids of the traces that exemplars of a series name.</summary>
    public async Task<string[]> ExemplarTracesAsync(string series)
    {
        using var form = new FormUrlEncodedContent([new("query", series), new("start", "0"), new("end", "9999999999")]);
        var answer = await ReadAsync(await _http.PostAsync("/api/v1/query_exemplars", form));
        return [.. answer.EnumerateArray().SelectMany(one => one.GetProperty("exemplars").EnumerateArray())
            .Select(exemplar => exemplar.GetProperty("labels").GetProperty("trace_id").GetString()!)];
    }

    /// <summary>What went wrong with each target's last scrape; empty while all goes well.</summary>
    public async Task<string[]> ScrapeErrorsAsync()
    {
        var answer = await ReadAsync(await _http.GetAsync("/api/v1/targets"));
        return [.. answer.GetProperty("activeTargets").EnumerateArray().Where(target => target.GetProperty("health").GetString() != "up")
            .Select(target => $"{target.GetProperty("scrapeUrl")}: {target.GetProperty("lastError")}")];
    }

    /// <summary>Whether it listens.</summary>
    public async Task<bool> IsReadyAsync()
    {
        Assert.False(_process.HasExited, "prometheus ended");
        try
        {
            using var answer = await _http.GetAsync("/-/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode, text);
            return JsonDocument.Parse(text).RootElement.GetProperty("data");
        }
    }

    private static double Value(JsonElement pair) => pair[1].GetString() switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        var text => double.Parse(text!, CultureInfo.InvariantCulture),
    };
}
