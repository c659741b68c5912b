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

    async Task IAsyncLifetime.DisposeAsync() => await base.DisposeAsync();

    protected override void ConfigureWebHost(IWebHostBuilder builder) => builder
        .UseSetting("urls", "http://127.0.0.1:0")
        // Few slots and small chunks, so that sequences wait for each other, move between slots and prompts take several runs.
        .UseSetting("Scheduler:MaxSequences", "5")
        .UseSetting("Scheduler:PrefillChunkTokens", "16")
        .UseSetting("Model:Uri", RepositoryFiles.Data("huggingface", "gpt2"))
        .UseSetting("Model:Name", "gpt2")
        .UseSetting("Model:Version", Version);
}
