using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Hosting.OpenApi;

/// <summary>GET /swagger.json and /openapi.json: the service's OpenAPI document. /docs: Swagger's page of it, whose scripts come
/// from the service itself, so that it works without the internet.</summary>
/// <remarks>The document is the resource <c>openapi.json</c> of the service's assembly, written by hand, because handlers read
/// their bodies field by field; tests hold it against the routes.</remarks>
public static class OpenApiPage
{
    private const string Resource = "openapi.json";

    /// <param name="app">The service's; after its defaults.</param>
    /// <param name="service">Whose assembly carries the document.</param>
    public static void MapOpenApiPage(this WebApplication app, Assembly service)
    {
        var document = Read(service);
        app.MapGet("/swagger.json", () => Results.Bytes(document, "application/json"));
        app.MapGet("/openapi.json", () => Results.Bytes(document, "application/json"));
        app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = "docs";
            page.DocumentTitle = app.Environment.ApplicationName;
            // Relative, so that the page also works below a prefix that a proxy has stripped.
            page.SwaggerEndpoint("../swagger.json", app.Environment.ApplicationName);
        });
    }

    private static byte[] Read(Assembly service)
    {
        using var stream = service.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{service.GetName().Name} has no resource {Resource}");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
