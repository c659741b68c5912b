using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ElasticSynapse.Serving.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ElasticSynapse.Serving.Tests.Hosting;

/// <summary>A service with nothing but the defaults and a test's own endpoints, on a free loopback port.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    /// <summary>Ends a test that hangs; a slow machine must not reach it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private RunningService(WebApplication app)
    {
        App = app;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = Patience };
    }

    public WebApplication App { get; }

    public HttpClient Client { get; }

    public static async Task<RunningService> StartAsync(
        Action<WebApplication>? map = null, Action<IServiceCollection>? services = null, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value));
        var options = builder.AddServiceDefaults("test-service", defaultPort: 0);
        options.ThrowIfMistaken();
        builder.Logging.ClearProviders();
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapServiceDefaults();
        map?.Invoke(app);
        await app.StartAsync();
        return new RunningService(app);
    }

    /// <summary>Sends bytes as they are and returns the first line of the answer.</summary>
    public async Task<string?> SendRawAsync(string request)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var connection = new TcpClient();
        await connection.ConnectAsync(Client.BaseAddress!.Host, Client.BaseAddress.Port, limit.Token);
        await connection.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request), limit.Token);
        using var reader = new StreamReader(connection.GetStream(), Encoding.Latin1);
        return await reader.ReadLineAsync(limit.Token);
    }

    /// <summary>The members of an error envelope: message, type, param, code.</summary>
    public static async Task<(string? Message, string? Type, string? Parameter, string? Code)> ErrorAsync(HttpResponseMessage answer)
    {
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var error = body.RootElement.GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(member => member.Name));
        return (Text("message"), Text("type"), Text("param"), Text("code"));

        string? Text(string name) => error.GetProperty(name).GetString();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
    }
}
