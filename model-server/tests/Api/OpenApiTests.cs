using System.Text.Json;
using ElasticSynapse.Tests;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ElasticSynapse.ModelServer.Tests.Api;

[Collection(ModelServerCollection.Name)]
public class OpenApiTests(ModelServerFixture server)
{
    [Fact]
    public async Task Document_HasEveryRouteAndNoOther() => Assert.Equal(
        OpenApiDocumentOf.Routes(server.Services.GetRequiredService<EndpointDataSource>()),
        await OpenApiDocumentOf.OperationsAsync(server.Http));

    [Fact]
    public async Task Document_EachExample_IsAnsweredAsItSays()
    {
        var examples = await OpenApiDocumentOf.ExamplesAsync(server.Http);
        Assert.Equal(14, examples.Count);
        foreach (var (path, body, required) in examples)
        {
            var address = path.Replace("{name}", "gpt2", StringComparison.Ordinal).Replace("{version}", ModelServerFixture.Version, StringComparison.Ordinal);
            var (status, answer) = await server.AnswerAsync(address, body);
            Assert.True(status == 200, $"{path}: {answer}");
            if (required.Length > 0)
            {
                Assert.Empty(required.Except(JsonSerializer.Deserialize<JsonElement>(answer).EnumerateObject().Select(member => member.Name)));
            }
        }
    }

    [Fact]
    public async Task Page_IsServed() => Assert.Contains("swagger-ui", await server.Http.GetStringAsync("/docs"), StringComparison.Ordinal);
}
