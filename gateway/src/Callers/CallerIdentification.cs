using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Gateway.Callers;

/// <summary>Where keys are asked for, nothing but the probes is answered without one.</summary>
internal sealed class CallerIdentification(RequestDelegate next, CallerDirectory callers)
{
    private const string Scheme = "Bearer ";

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path.Value is "/livez" or "/readyz")
        {
            return next(context);
        }
        var caller = callers.Find(Key(context)) ?? throw Refuse(context, "the API key is not known here");
        context.Features.Set(caller);
        return next(context);
    }

    private static ReadOnlySpan<char> Key(HttpContext context) =>
        context.Request.Headers.Authorization is [{ } header] && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? header.AsSpan(Scheme.Length).Trim()
            : throw Refuse(context, "an API key is needed, as the header 'Authorization: Bearer <key>'");

    private static ApiException Refuse(HttpContext context, string message)
    {
        context.Response.OnStarting(() =>
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Task.CompletedTask;
        });
        return new ApiException(ErrorKind.InvalidApiKey, message);
    }
}
