using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Hosting.Requests;

/// <summary>Answers HEAD as GET is answered where an endpoint has nothing of its own for it; Kestrel leaves the body out (RFC 9110,
/// 9.3.2). Uptime checks ask so. Stands behind a first routing, and before a second one.</summary>
public sealed class HeadRequests(RequestDelegate next)
{
    /// <summary>What ASP.NET Core's routing calls the endpoint that it puts in for a method that none has.</summary>
    public const string NoSuchMethod = "405 HTTP Method Not Supported";

    public Task InvokeAsync(HttpContext context) =>
        HttpMethods.IsHead(context.Request.Method) && context.GetEndpoint()?.DisplayName == NoSuchMethod ? AsGetAsync(context) : next(context);

    private async Task AsGetAsync(HttpContext context)
    {
        context.SetEndpoint(null);
        context.Request.Method = HttpMethods.Get;
        try
        {
            await next(context);
        }
        finally
        {
            // Counted, logged and refused as what was asked.
            context.Request.Method = HttpMethods.Head;
        }
    }
}
