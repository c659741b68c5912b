namespace ElasticSynapse.ModelServer.Api;

/// <summary>Lets web pages of any origin call a path, as the services did whose API it is: the header is on every answer,
/// whether the request names an origin or not.</summary>
internal static class AnyOrigin
{
    private const string Header = "Access-Control-Allow-Origin";

    /// <summary>Sets the header when the answer starts, so that errors have it too.</summary>
    public static void Allow(HttpContext context) => context.Response.OnStarting(() =>
    {
        context.Response.Headers[Header] = "*";
        return Task.CompletedTask;
    });

    /// <summary>Answers what a browser asks before it posts JSON.</summary>
    public static void MapPreflight(IEndpointRouteBuilder app, string path, string methods) => app.MapMethods(path, [HttpMethods.Options], (HttpContext context) =>
    {
        Allow(context);
        context.Response.Headers["Access-Control-Allow-Methods"] = methods;
        context.Response.Headers["Access-Control-Allow-Headers"] = context.Request.Headers["Access-Control-Request-Headers"];
        return Results.NoContent();
    });
}
