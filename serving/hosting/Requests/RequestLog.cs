using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ElasticSynapse.Serving.Hosting.Requests;

/// <summary>One line a request, without bodies: what people wrote is theirs. Probes and scrapes are left out.</summary>
internal sealed partial class RequestLog(RequestDelegate next, ILogger<RequestLog> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
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

    [LoggerMessage(LogLevel.Information, "{Method} {Path} {Status} {ElapsedMs:F1} ms")]
    private partial void RequestDone(string method, string path, int status, double elapsedMs);
}
