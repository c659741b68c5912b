using ElasticSynapse.Serving.Hosting.Errors;
using Microsoft.AspNetCore.Connections.Features;

namespace ElasticSynapse.Gateway.Callers;

/// <summary>Where keys are asked for, nothing but the probes and browsers' preflights is answered without one.</summary>
internal sealed class CallerIdentification(RequestDelegate next, CallerDirectory callers)
{
    private const string Scheme = "Bearer ";

    // Of a connection's items.
    private static readonly object Latest = new();

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path.Value is "/livez" or "/readyz" || IsPreflight(context.Request))
        {
            return next(context);
        }
        var header = context.Request.Headers.Authorization is [{ } one] && one.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? one
            : throw Refuse(context, "an API key is needed, as the header 'Authorization: Bearer <key>'");
        context.Features.Set(Find(context, header) ?? throw Refuse(context, "the API key is not known here"));
        return next(context);
    }

    // A browser asks without a key whether a page may call, and some services say yes to any.
    private static bool IsPreflight(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method) && request.Headers.Origin.Count > 0 && request.Headers.AccessControlRequestMethod.Count > 0;

    // Kestrel gives a connection's header that comes again as the same string: whose it is was found by the request before. Only in
    // HTTP/1.1 is there one request at a time.
    private Caller? Find(HttpContext context, string header)
    {
        var items = HttpProtocol.IsHttp11(context.Request.Protocol) ? context.Features.Get<IConnectionItemsFeature>()?.Items : null;
        if (items is not null && items.TryGetValue(Latest, out var latest) && latest is Known known
            && ReferenceEquals(known.Header, header) && callers.IsCurrent(known.Keys))
        {
            return known.Caller;
        }
        var keys = callers.Current;
        var caller = callers.Find(header.AsSpan(Scheme.Length).Trim());
        if (items is not null && caller is not null)
        {
            items[Latest] = new Known(header, keys, caller);
        }
        return caller;
    }

    private static ApiException Refuse(HttpContext context, string message)
    {
        context.Response.OnStarting(() =>
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Task.CompletedTask;
        });
        return new ApiException(ErrorKind.InvalidApiKey, message);
    }

    /// <param name="Keys">Those that were in effect.</param>
    private sealed record Known(string Header, object Keys, Caller Caller);
}
