namespace ElasticSynapse.ModelServer.Tests.Api;

/// <summary>Every answer says who served it and which request it answers.</summary>
[Collection(ModelServerCollection.Name)]
public class HeadersTests(ModelServerFixture server)
{
    [Theory]
    [InlineData("GET", "/?length=1", 200)]
    [InlineData("GET", "/?length=x", 400)]
    [InlineData("POST", "/text-generation/generate", 400)]
    [InlineData("POST", "/predict", 400)]
    [InlineData("POST", "/generate", 422)]
    [InlineData("GET", "/generate", 405)]
    [InlineData("GET", "/info", 200)]
    [InlineData("GET", "/v2", 200)]
    [InlineData("GET", "/v2/nothing", 404)]
    [InlineData("GET", "/docs/index.html", 200)]
    [InlineData("GET", "/swagger.json", 200)]
    [InlineData("GET", "/nothing", 404)]
    public async Task Answer_OfEveryApi_NamesModelVersionAndRequest(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Headers = { { "x-request-id", "order-66" } } };
        using var response = await server.Http.SendAsync(request);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(["gpt2"], response.Headers.GetValues("x-model-name"));
        Assert.Equal([ModelServerFixture.Version], response.Headers.GetValues("x-model-version"));
        Assert.Equal(["order-66"], response.Headers.GetValues("x-request-id"));
    }

    [Fact]
    public async Task Seed_OfAnUnseededAnswer_GivesItAgain()
    {
        using var first = await server.PostAsync("/v1/completions", """{"prompt":"The","max_tokens":20,"n":2}""");
        var seed = first.Headers.GetValues("x-seed").Single();
        using var again = await server.PostAsync("/v1/completions", $$"""{"prompt":"The","max_tokens":20,"n":2,"seed":{{seed}}}""");
        Assert.Equal([seed], again.Headers.GetValues("x-seed"));
        Assert.Equal(Choices(await first.Content.ReadAsStringAsync()), Choices(await again.Content.ReadAsStringAsync()));

        static string Choices(string answer) => System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(answer).GetProperty("choices").GetRawText();
    }
}
