using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Hosting.Errors;

/// <summary>Answers a request with an error.</summary>
internal static class ErrorAnswer
{
    /// <summary>When to ask again whoever is not ready, where nothing better is known.</summary>
    public const int UnavailableSeconds = 1;

    /// <summary>Writes the whole answer. The response must not have started.</summary>
    public static async Task WriteAsync(HttpContext context, ErrorFormat format, ApiException error)
    {
        var response = context.Response;
        var body = format.Body(error);
        response.StatusCode = format.Status(error.Kind);
        response.ContentType = format.ContentType;
        response.ContentLength = body.Length;
        // Every 503 says so: some clients retry no other.
        if ((error.RetryAfterSeconds ?? (response.StatusCode == StatusCodes.Status503ServiceUnavailable ? (int?)UnavailableSeconds : null)) is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted);
        }
    }
}
