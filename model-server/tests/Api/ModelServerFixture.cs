using System.Globalization;
using System.Text;
using System.Text.Json;
using ElasticSynapse.Tests;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace ElasticSynapse.ModelServer.Tests.Api;

/// <summary>The whole model-server on a loopback port, serving the fixture checkpoint as <c>gpt2</c> version <c>1557429385_v0.01</c>.</summary>
public sealed class ModelServerFixture : WebApplicationFactory<Program>, IAsyncLifetime
{
    public const string Version = "1557429385_v0.01";

    public HttpClient Http { get; private set; } = null!;

    public Task InitializeAsync()
    {
        UseKestrel();
        StartServer();
        Http = CreateClient();
        return Task.CompletedTask;
    }

    /// <summary>Posts a body as it stands, under a content type that is not JSON's, as old clients do.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, string body) =>
        Http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded"));

    public async Task<JsonElement> CompleteAsync(object request)
    {
        using var response = await PostAsync("/v1/completions", JsonSerializer.Serialize(request));
        var json = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, json);
        return JsonSerializer.Deserialize<JsonElement>(json);
    }

    /// <summary>Status and body of a POST.</summary>
    public async Task<(int Status, string Body)> AnswerAsync(string path, string body)
    {
        using var response = await PostAsync(path, body);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The sum of a counter over its labels, once all requests have ended: a caller may have its last token before it
    /// is counted.</summary>
    /// <param name="name">What its lines of /metrics begin with.</param>
    public async Task<double> CountAsync(string name) => (await IdleAsync()).Split('\n')
        .Where(line => line.StartsWith(name, StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    /// <summary>Begins to read an answer and goes away; returns once no sequence waits or runs.</summary>
    public async Task LeaveAsync(string path, string body)
    {
        using (var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body) })
        {
            using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.True(response.IsSuccessStatusCode);
        }
        await IdleAsync();
    }

    // The metrics, once no sequence waits or runs.
    private async Task<string> IdleAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        string metrics;
        do
        {
            metrics = await Http.GetStringAsync("/metrics", limit.Token);
        }
        while (!metrics.Contains("vllm:num_requests_running{model_name=\"gpt2\"} 0\n", StringComparison.Ordinal)
            || !metrics.Contains("vllm:num_requests_waiting{model_name=\"gpt2\"} 0\n", StringComparison.Ordinal));
        return metrics;
    }

    async Task IAsyncLifetime.DisposeAsync() => await base.DisposeAsync();

    protected override void ConfigureWebHost(IWebHostBuilder builder) => builder
        .UseSetting("urls", "http://127.0.0.1:0")
        // Few slots and small chunks, so that sequences wait for each other, move between slots and prompts take several runs.
        .UseSetting("Scheduler:MaxSequences", "5")
        .UseSetting("Scheduler:PrefillChunkTokens", "16")
        // POST /predict can't say itself that it wants to be greedy.
        .UseSetting("TEMPERATURE", "0")
        .UseSetting("Model:Uri", RepositoryFiles.Data("huggingface", "gpt2"))
        .UseSetting("Model:Name", "gpt2")
        .UseSetting("Model:Version", Version);
}
