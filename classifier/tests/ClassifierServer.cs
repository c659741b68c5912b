using System.Net;
using System.Text;
using System.Text.Json;
using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Serving.Hosting.Admission;
using ElasticSynapse.Tests;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace ElasticSynapse.Classifier.Tests;

/// <summary>The whole classifier on a loopback port, serving the fixture checkpoint as <c>toxicity</c> version <c>1557429385_v0.01</c>.</summary>
public sealed class ClassifierServer : WebApplicationFactory<Program>, IAsyncLifetime
{
    public const string Version = "1557429385_v0.01";

    private readonly Dictionary<string, string> _settings;
    private readonly Action<IServiceCollection> _services;

    public ClassifierServer() : this([])
    {
    }

    /// <param name="settings">By key with colons; over those of the fixture.</param>
    /// <param name="services">Replaces what a test wants to hold in its hands.</param>
    internal ClassifierServer(Dictionary<string, string> settings, Action<IServiceCollection>? services = null) =>
        (_settings, _services) = (settings, services ?? (_ => { }));

    public HttpClient Http { get; private set; } = null!;

    internal static ClassifierServer Start(Dictionary<string, string> settings, Action<IServiceCollection>? services = null)
    {
        var server = new ClassifierServer(settings, services);
        server.Start();
        return server;
    }

    public Task InitializeAsync()
    {
        Start();
        return Task.CompletedTask;
    }

    /// <summary>Posts a body as it stands, under a content type that is not JSON's, as old clients do.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, string body, CancellationToken cancellationToken = default) =>
        Http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded"), cancellationToken);

    /// <summary>The answer to a request that must succeed.</summary>
    public async Task<JsonElement> AnswerAsync(string path, object request)
    {
        using var response = await PostAsync(path, request as string ?? JsonSerializer.Serialize(request));
        var json = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, json);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return JsonSerializer.Deserialize<JsonElement>(json);
    }

    /// <summary>Waits until so many texts wait for a worker.</summary>
    internal Task WaitingAsync(int texts)
    {
        var queue = Services.GetRequiredService<RequestQueue>();
        return UntilAsync(() => queue.Waiting == texts);
    }

    /// <summary>Waits until so many texts wait or run.</summary>
    internal Task AdmittedAsync(int texts)
    {
        var admitted = Services.GetRequiredService<AdmittedWork>();
        return UntilAsync(() => admitted.Items == texts);
    }

    Task IAsyncLifetime.DisposeAsync() => base.DisposeAsync().AsTask();

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        // Not UseKestrel(0): the factory would set the port while the program may already be listening.
        builder.UseSetting("urls", "http://127.0.0.1:0");
        builder.UseSetting("Model:Uri", RepositoryFiles.Data("huggingface", "bert"));
        builder.UseSetting("Model:Name", "toxicity");
        builder.UseSetting("Model:Version", Version);
        builder.UseSetting("Runtime:Threads", "2"); // nothing to measure
        builder.UseSetting("Classification:CacheBytes", "0"); // every text is run
        builder.UseSetting("Grpc:Port", "0");
        foreach (var (key, value) in _settings)
        {
            builder.UseSetting(key, value);
        }
        builder.ConfigureTestServices(_services);
    }

    private void Start()
    {
        UseKestrel();
        StartServer();
        Http = CreateClient();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (!condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
