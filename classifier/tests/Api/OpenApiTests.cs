using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ElasticSynapse.Classifier.Tests.Api;

public sealed class OpenApiTests(ClassifierServer server) : IClassFixture<ClassifierServer>
{
    // The page itself; and TensorFlow Serving's paths, which are one route here and a dozen in the document.
    private static readonly string[] NotCompared = ["/swagger.json", "/openapi.json", "/v1/models"];

    [Fact]
    public async Task Document_EveryRoute_StandsInItAndNoOther()
    {
        var document = await DocumentAsync();
        var described = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}"));
        var mapped = server.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => $"{method} {endpoint.RoutePattern.RawText}"));
        Assert.Equal(Compared(mapped), Compared(described));

        static string[] Compared(IEnumerable<string> routes) =>
            [.. routes.Where(route => !NotCompared.Any(path => route.Split(' ')[1].StartsWith(path, StringComparison.Ordinal))).Distinct().Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task Document_ExampleOfEveryPost_IsAnswered()
    {
        var document = await DocumentAsync();
        var posts = document.GetProperty("paths").EnumerateObject()
            // Those that are always refused have no example.
            .Where(path => path.Value.TryGetProperty("post", out var post) && post.GetProperty("responses").TryGetProperty("200", out _)).ToArray();
        Assert.NotEmpty(posts);
        foreach (var post in posts)
        {
            var example = post.Value.GetProperty("post").GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("example").GetRawText();
            var path = post.Name.Replace("{model}", "toxicity", StringComparison.Ordinal).Replace("{name}", "toxicity", StringComparison.Ordinal)
                .Replace("{version}", ClassifierServer.Version, StringComparison.Ordinal).Replace("{label}", "stable", StringComparison.Ordinal);
            using var response = await server.PostAsync(path, example);
            Assert.True(response.IsSuccessStatusCode, $"{path}: {await response.Content.ReadAsStringAsync()}");
        }
    }

    private async Task<JsonElement> DocumentAsync() => JsonSerializer.Deserialize<JsonElement>(await server.Http.GetStringAsync("/openapi.json"));
}
