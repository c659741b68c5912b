using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>A real HTTP server on loopback that serves bytes with ranges, and fails as a test tells it to.</summary>
internal sealed class StoreServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StoreServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    /// <summary>What was asked, in order: method, path with query, range.</summary>
    public ConcurrentQueue<Asked> Requests { get; } = [];

    /// <summary>Answers to the next requests for a path; then the file.</summary>
    public ConcurrentDictionary<string, ConcurrentQueue<Func<HttpContext, Task>>> Faults { get; } = [];

    /// <summary>Bytes by path.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = [];

    /// <summary>Other answers by path.</summary>
    public ConcurrentDictionary<string, Func<HttpContext, Task>> Routes { get; } = [];

    /// <summary>Whether ranges are understood.</summary>
    public bool HasRanges { get; set; } = true;

    public static async Task<StoreServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new StoreServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    public StoreServer With(string path, byte[] bytes)
    {
        Files[path] = bytes;
        return this;
    }

    public StoreServer Json(string path, string json)
    {
        Routes[path] = context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(json);
        };
        return this;
    }

    public StoreServer Fail(string path, int status, int times = 1, string? retryAfter = null)
    {
        for (var i = 0; i < times; i++)
        {
            Fault(path, context =>
            {
                context.Response.StatusCode = status;
                if (retryAfter is not null)
                    context.Response.Headers.RetryAfter = retryAfter;
                return context.Response.WriteAsync("the store says no");
            });
        }
        return this;
    }

    /// <summary>Ends the connection after a part of the bytes asked for.</summary>
    /// <param name="arrived">When the client has read them; an end before that may take them along.</param>
    public StoreServer Cut(string path, double part, Task? arrived = null) => Fault(path, async context =>
    {
        var (bytes, _) = Prepare(context, Files[path]);
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes.AsMemory(0, (int)(bytes.Length * part)));
        await context.Response.Body.FlushAsync();
        await (arrived ?? Task.CompletedTask).WaitAsync(TimeSpan.FromSeconds(30));
        context.Abort();
    });

    public StoreServer Fault(string path, Func<HttpContext, Task> answer)
    {
        Faults.GetOrAdd(path, _ => []).Enqueue(answer);
        return this;
    }

    public IReadOnlyList<Asked> AskedFor(string path) => [.. Requests.Where(r => r.Path == path)];

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var path = Uri.UnescapeDataString(context.Request.Path.Value ?? "");
        Requests.Enqueue(new Asked(path, context.Request.QueryString.Value ?? "", context.Request.Headers.Range.ToString(),
            context.Request.Headers.Authorization.ToString()));
        if (Faults.TryGetValue(path, out var faults) && faults.TryDequeue(out var fault))
            await fault(context);
        else if (Routes.TryGetValue(path + context.Request.QueryString.Value, out var route) || Routes.TryGetValue(path, out route))
            await route(context);
        else if (Files.TryGetValue(path, out var bytes))
            await SendAsync(context, bytes);
        else
            context.Response.StatusCode = 404;
    }

    private async Task SendAsync(HttpContext context, byte[] file)
    {
        var (bytes, _) = Prepare(context, file);
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes);
    }

    private (byte[] Bytes, int From) Prepare(HttpContext context, byte[] file)
    {
        var range = context.Request.GetTypedHeaders().Range?.Ranges.Single();
        if (!HasRanges || range is null)
            return (file, 0);
        var from = (int)range.From!.Value;
        var to = (int)Math.Min(range.To ?? file.Length - 1, file.Length - 1);
        context.Response.StatusCode = 206;
        context.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{to}/{file.Length}");
        return (file[from..(to + 1)], from);
    }

    /// <summary>One request.</summary>
    internal sealed record Asked(string Path, string Query, string Range, string Authorization);
}
