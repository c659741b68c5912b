using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ElasticSynapse.Gateway.Tests.Running;

/// <summary>A model service as the gateway sees it: Kestrel on a free loopback port.</summary>
internal sealed class Upstream : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Upstream(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    /// <summary>Answers every request with <paramref name="answer"/>; the gateway's probes only if they are what a test is about.</summary>
    /// <param name="model">Who it says it is on every answer: name and version.</param>
    /// <param name="port">0 for a free one.</param>
    /// <param name="certificate">With it, over TLS.</param>
    public static async Task<Upstream> StartAsync(
        RequestDelegate answer, bool probes = false, (string Name, string Version)? model = null, int port = 0, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, port, endpoint => _ = certificate is null ? endpoint : endpoint.UseHttps(certificate));
        });
        // A test that failed has left requests open; they need not finish.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.Zero);
        var app = builder.Build();
        app.Run(context =>
        {
            if (model is { } known)
            {
                context.Response.Headers["x-model-name"] = known.Name;
                context.Response.Headers["x-model-version"] = known.Version;
            }
            var isProbe = context.Request.Path.Value is "/readyz" or "/metrics";
            return probes || !isProbe ? answer(context) : Task.CompletedTask;
        });
        await app.StartAsync();
        return new Upstream(app);
    }

    public static Task<Upstream> StartAsync(string text) => StartAsync(context => context.Response.WriteAsync(text));

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
