using System.Globalization;
using ElasticSynapse.Serving.Hosting.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ElasticSynapse.Serving.Hosting.Health;

/// <summary>/livez: the process answers. /readyz: it wants traffic; if not, which check says so and why.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/livez", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync });
        app.MapHealthChecks("/readyz", new HealthCheckOptions { ResponseWriter = WriteAsync });
    }

    /// <summary>The same for a second server in the process, without health checks of its own.</summary>
    public static void MapHealthOf(this IEndpointRouteBuilder app, IServiceProvider services)
    {
        var checks = services.GetRequiredService<HealthCheckService>();
        app.MapGet("/livez", context => AnswerAsync(context, _ => false));
        app.MapGet("/readyz", context => AnswerAsync(context, null));

        async Task AnswerAsync(HttpContext context, Func<HealthCheckRegistration, bool>? predicate)
        {
            var report = await checks.CheckHealthAsync(predicate, context.RequestAborted);
            context.Response.StatusCode = report.Status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
            await WriteAsync(context, report);
        }
    }

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        if (report.Status == HealthStatus.Healthy)
        {
            return context.Response.WriteAsJsonAsync(new { status = "ok" });
        }
        context.Response.Headers.RetryAfter = ErrorAnswer.UnavailableSeconds.ToString(CultureInfo.InvariantCulture);
        var failing = report.Entries
            .Where(entry => entry.Value.Status != HealthStatus.Healthy)
            .ToDictionary(entry => entry.Key, entry => entry.Value.Description ?? "failing");
        return context.Response.WriteAsJsonAsync(new { status = "not ready", failing });
    }
}
