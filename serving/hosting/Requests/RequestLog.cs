using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace ElasticSynapse.Serving.Hosting.Requests;

/// <summary>One line a request, without bodies: what people wrote is theirs. Probes and scrapes are left out. Every line written
/// meanwhile has the request's id, and the id of its caller's trace.</summary>
internal sealed partial class RequestLog(RequestDelegate next, ILogger<RequestLog> logger)
{
    private static readonly Func<ILogger, string, IDisposable?> Scope = LoggerMessage.DefineScope<string>("request {RequestId}");

    private static readonly Func<ILogger, string, string, IDisposable?> TracedScope =
        LoggerMessage.DefineScope<string, string>("request {RequestId} of trace {TraceId}");

    public async Task InvokeAsync(HttpContext context)
    {
        var start = Stopwatch.GetTimestamp();
        using var scope = Begin(context);
        try
        {
            await next(context);
        }
        finally
        {
            Name(Activity.Current, context);
            if (context.Request.Path.Value is not ("/livez" or "/readyz" or "/metrics"))
            {
                RequestDone(
                    context.Request.Method,
                    context.Request.Path.Value ?? "",
                    context.Response.StatusCode,
                    Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }
    }

    // A span tells its trace's id by itself; where none is made, the caller's header does.
    private IDisposable? Begin(HttpContext context) =>
        Activity.Current is null && ActivityContext.TryParse(context.Request.Headers.TraceParent, null, out var trace)
            ? TracedScope(logger, context.TraceIdentifier, trace.TraceId.ToHexString())
            : Scope(logger, context.TraceIdentifier);

    // The framework calls every request's span the same; one with a better name has it already.
    private static void Name(Activity? span, HttpContext context)
    {
        if (span is { Recorded: true } && span.DisplayName == span.OperationName && context.GetEndpoint() is RouteEndpoint route)
        {
            span.DisplayName = $"{context.Request.Method} {route.RoutePattern.RawText}";
        }
    }

    [LoggerMessage(LogLevel.Information, "{Method} {Path} {Status} {ElapsedMs:F1} ms")]
    private partial void RequestDone(string method, string path, int status, double elapsedMs);
}
