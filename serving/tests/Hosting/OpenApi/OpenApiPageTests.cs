using System.Net;
using ElasticSynapse.Serving.Hosting.OpenApi;

namespace ElasticSynapse.Serving.Tests.Hosting.OpenApi;

public sealed class OpenApiPageTests
{
    [Theory]
    [InlineData("/swagger.json")]
    [InlineData("/openapi.json")]
    public async Task Document_IsTheServicesResource(string path)
    {
        await using var service = await RunningService.StartAsync(app => app.MapOpenApiPage(typeof(OpenApiPageTests).Assembly));
        using var answer = await service.Client.GetAsync(path);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        Assert.StartsWith("""{"openapi":"3.0.3",""", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_AndItsScripts_ComeFromTheService()
    {
        await using var service = await RunningService.StartAsync(app => app.MapOpenApiPage(typeof(OpenApiPageTests).Assembly));
        var page = await service.Client.GetStringAsync("/docs");
        Assert.Contains("swagger-ui-bundle.js", page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"http", page, StringComparison.Ordinal);
        foreach (var asset in new[] { "swagger-ui-bundle.js", "swagger-ui-standalone-preset.js", "swagger-ui.css", "index.js" })
        {
            using var answer = await service.Client.GetAsync($"/docs/{asset}");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        // Where the page looks for the document, seen from /docs/index.html.
        Assert.Contains("../swagger.json", await service.Client.GetStringAsync("/docs/index.js"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_AssemblyWithoutADocument_StopsTheStart()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => RunningService.StartAsync(app => app.MapOpenApiPage(typeof(FactAttribute).Assembly)));
        Assert.Equal("xunit.core has no resource openapi.json", failure.Message);
    }
}
