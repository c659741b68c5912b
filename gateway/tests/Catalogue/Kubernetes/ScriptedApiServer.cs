using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Catalogue.Kubernetes;

/// <summary>An API server that answers what a test tells it: lists, and watches whose lines the test sends or that it cuts.</summary>
internal sealed class ScriptedApiServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentQueue<string> _writes = new();
    private readonly ConcurrentDictionary<string, Channel<string?>> _watches = [];
    private Upstream _server = null!;

    public Uri Address => _server.Address;

    /// <summary>Path and query of each request, and its Authorization.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>Method, path, content type and body of each request that changes something.</summary>
    public IReadOnlyCollection<string> Writes => _writes;

    /// <summary>Lists by resource: services, endpointslices.</summary>
    public ConcurrentDictionary<string, string> Lists { get; } = new()
    {
        ["services"] = Recorded("services.list.json"),
        ["endpointslices"] = Recorded("endpointslices.list.json"),
    };

    /// <summary>When set, answers instead of everything else: true when it has.</summary>
    public Func<HttpContext, Task<bool>>? Instead { get; set; }

    public static async Task<ScriptedApiServer> StartAsync(X509Certificate2? certificate = null)
    {
        var api = new ScriptedApiServer();
        api._server = await Upstream.StartAsync(api.AnswerAsync, certificate: certificate);
        return api;
    }

    public static string Recorded(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "kubernetes-api", file));

    /// <summary>A list with its objects changed.</summary>
    public static string Edited(string list, string what, string with) => Recorded(list).Replace(what, with, StringComparison.Ordinal);

    /// <summary>Sends a line to whoever watches; null ends the watch.</summary>
    public void Send(string resource, string? line) => Watch(resource).Writer.TryWrite(line);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private Channel<string?> Watch(string resource) => _watches.GetOrAdd(resource, _ => Channel.CreateUnbounded<string?>());

    private async Task AnswerAsync(HttpContext context)
    {
        _requests.Enqueue($"{context.Request.Path}{context.Request.QueryString} {context.Request.Headers.Authorization}");
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            using var reader = new StreamReader(context.Request.Body);
            _writes.Enqueue($"{context.Request.Method} {context.Request.Path} {context.Request.ContentType} {await reader.ReadToEndAsync()}");
        }
        if (Instead is { } instead && await instead(context))
        {
            return;
        }
        var resource = context.Request.Path.Value!.Split('/')[^1];
        context.Response.ContentType = "application/json";
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            await context.Response.WriteAsync("{}");
            return;
        }
        if (context.Request.Query["watch"] != "true")
        {
            await context.Response.WriteAsync(Lists[resource]);
            return;
        }
        await context.Response.Body.FlushAsync();
        while (await Watch(resource).Reader.ReadAsync(context.RequestAborted) is { } line)
        {
            await context.Response.WriteAsync(line + "\n");
            await context.Response.Body.FlushAsync();
        }
    }
}
