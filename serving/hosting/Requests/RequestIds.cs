using System.Buffers;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ElasticSynapse.Serving.Hosting.Requests;

/// <summary>Gives each request an id, the caller's own where it is sound, and returns it as <c>x-request-id</c>.</summary>
public sealed class RequestIds(RequestDelegate next, ILogger<RequestIds> logger)
{
    /// <summary>Header of requests and answers, and of the calls that the gateway forwards.</summary>
    public const string Header = "x-request-id";

    private const int MaxLength = 128;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    public async Task InvokeAsync(HttpContext context)
    {
        var given = context.Request.Headers[Header];
        // A log line or a header must not carry what a caller made up beyond these characters.
        var id = given is [{ Length: > 0 and <= MaxLength } one] && !one.AsSpan().ContainsAnyExcept(Allowed)
            ? one
            : $"req_{Guid.NewGuid():N}";
        context.TraceIdentifier = id;
        context.Request.Headers[Header] = id;
        Echo(context);
        if (Activity.Current is { Recorded: true } span)
        {
            span.SetTag("http.request.header.x-request-id", new[] { id });
        }
        using (logger.BeginScope("request {RequestId}", id))
        {
            await next(context);
        }
    }

    /// <summary>Sets the answer's id; an error answer clears all headers and calls this again.</summary>
    internal static void Echo(HttpContext context) => context.Response.Headers[Header] = context.TraceIdentifier;
}
