using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;

namespace ElasticSynapse.Tests;

/// <summary>A running service's OpenAPI document, as tests hold it against the service.</summary>
internal static class OpenApiDocumentOf
{
    /// <summary>Method and path of each operation; the document is one that OpenAPI's own reader accepts.</summary>
    public static async Task<SortedSet<string>> OperationsAsync(HttpClient http)
    {
        var read = OpenApiDocument.Parse(await http.GetStringAsync("/swagger.json"), "json");
        Assert.Empty(read.Diagnostic!.Errors);
        return new SortedSet<string>(
            read.Document!.Paths.SelectMany(path => path.Value.Operations!.Keys.Select(method => $"{method} {path.Key}")), StringComparer.Ordinal);
    }

    /// <summary>Method and path of each route that a service has, without what only browsers and probes ask for by other methods.</summary>
    public static SortedSet<string> Routes(EndpointDataSource endpoints) => new(
        from endpoint in endpoints.Endpoints.OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
        where method is "GET" or "POST"
        select $"{method} /{endpoint.RoutePattern.RawText!.TrimStart('/')}",
        StringComparer.Ordinal);

    /// <summary>Each operation's example, and the members that its answer must have.</summary>
    public static async Task<List<(string Path, string Body, string[] Required)>> ExamplesAsync(HttpClient http)
    {
        using var document = JsonDocument.Parse(await http.GetStringAsync("/swagger.json"));
        var examples = new List<(string, string, string[])>();
        foreach (var path in document.RootElement.GetProperty("paths").EnumerateObject())
        {
            if (path.Value.TryGetProperty("post", out var post) && post.TryGetProperty("requestBody", out var body))
            {
                var answer = post.GetProperty("responses").GetProperty("200").GetProperty("content");
                var schema = answer.TryGetProperty("application/json", out var json) ? json.GetProperty("schema") : default;
                if (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("$ref", out var name))
                {
                    schema = document.RootElement.GetProperty("components").GetProperty("schemas").GetProperty(name.GetString()!.Split('/')[^1]);
                }
                examples.Add((
                    path.Name,
                    body.GetProperty("content").GetProperty("application/json").GetProperty("example").GetRawText(),
                    schema.ValueKind == JsonValueKind.Object ? [.. schema.GetProperty("required").EnumerateArray().Select(member => member.GetString()!)] : []));
            }
        }
        return examples;
    }
}
