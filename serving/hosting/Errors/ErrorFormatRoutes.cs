using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ElasticSynapse.Serving.Hosting.Errors;

/// <summary>Says how errors are told, where routes are mapped.</summary>
public static class ErrorFormatRoutes
{
    /// <summary>Answers errors of these paths, and of those below them, in this form.</summary>
    public static void UseErrorFormat(this IEndpointRouteBuilder app, ErrorFormat format, params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
        {
            app.ServiceProvider.GetRequiredService<ErrorFormats>().Add(path, format);
        }
    }

    /// <summary>Answers errors in the form that this rule finds for their path, where it finds one.</summary>
    public static void UseErrorFormatRule(this IEndpointRouteBuilder app, Func<PathString, ErrorFormat?> rule) =>
        app.ServiceProvider.GetRequiredService<ErrorFormats>().Rule = rule;

    /// <summary>For a handler that learns from the body which API is spoken.</summary>
    public static void UseErrorFormat(this HttpContext context, ErrorFormat format) => context.Features.Set(format);
}
