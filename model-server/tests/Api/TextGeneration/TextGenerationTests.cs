using System.Net;
using System.Text.Json;

namespace ElasticSynapse.ModelServer.Tests.Api.TextGeneration;

[Collection(ModelServerCollection.Name)]
public class TextGenerationTests(ModelServerFixture server)
{
    private const string Path = "/text-generation/generate";

    [Fact]
    public async Task Generate_Text_IsContinuedToFiftyTokens()
    {
        using var response = await server.PostAsync(Path, """{"text":"The river remembers"}""");
        var body = await response.Content.ReadAsStringAsync();
        var answer = JsonSerializer.Deserialize<JsonElement>(body);
        Assert.Equal(["input", "generated"], answer.EnumerateObject().Select(member => member.Name));
        Assert.Equal("The river remembers", answer.GetProperty("input").GetString());
        Assert.EndsWith("}\n", body, StringComparison.Ordinal);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        // The seed that the answer tells gives the same text through another API.
        var again = await server.CompleteAsync(new
        {
            prompt = "The river remembers", top_k = 50, max_tokens = 47, seed = long.Parse(response.Headers.GetValues("x-seed").Single(), System.Globalization.CultureInfo.InvariantCulture),
        });
        Assert.Equal(again.GetProperty("choices")[0].GetProperty("text").GetString(), answer.GetProperty("generated").GetString());
    }

    [Fact]
    public async Task Generate_TextLongerThanFiftyTokens_GetsOneToken()
    {
        var text = string.Concat(Enumerable.Repeat("!?", 30));
        using var response = await server.PostAsync(Path, JsonSerializer.Serialize(new { text }));
        var generated = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()).GetProperty("generated").GetString();
        var seed = long.Parse(response.Headers.GetValues("x-seed").Single(), System.Globalization.CultureInfo.InvariantCulture);
        var again = await server.CompleteAsync(new { prompt = text, top_k = 50, max_tokens = 1, seed });
        Assert.Equal(again.GetProperty("choices")[0].GetProperty("text").GetString(), generated);
    }

    [Theory]
    [InlineData("{}", 400, """{"errors":{"text":"'text' is a required property"},"message":"Input payload validation failed"}""")]
    [InlineData("""{"text":5}""", 400, """{"errors":{"text":"5 is not of type 'string'"},"message":"Input payload validation failed"}""")]
    [InlineData("""{"text":"\ud800"}""", 400, """{"errors":{"text":"'text' is not valid Unicode: it holds an unpaired surrogate or bytes that are not UTF-8"},"message":"Input payload validation failed"}""")]
    [InlineData("{", 400, """{"message":"The browser (or proxy) sent a request that this server could not understand. the body is not valid JSON: line 1, byte 2"}""")]
    public async Task Generate_BadBody_HasFlaskRestxsForm(string body, int status, string expected) =>
        Assert.Equal((status, expected), await server.AnswerAsync(Path, body));

    [Fact]
    public async Task Generate_TextThatFillsTheContext_IsCutOnTheLeft()
    {
        var text = string.Concat(Enumerable.Repeat("!?", 70));
        using var response = await server.PostAsync(Path, JsonSerializer.Serialize(new { text }));
        var answer = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
        Assert.Equal((HttpStatusCode.OK, text), (response.StatusCode, answer.GetProperty("input").GetString()));
        var seed = long.Parse(response.Headers.GetValues("x-seed").Single(), System.Globalization.CultureInfo.InvariantCulture);
        var again = await server.CompleteAsync(new { prompt = text[^127..], top_k = 50, max_tokens = 1, seed });
        Assert.Equal(127, again.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(again.GetProperty("choices")[0].GetProperty("text").GetString(), answer.GetProperty("generated").GetString());
    }

    [Fact]
    public async Task Hello_IsTheTutorialsFirstStep() =>
        Assert.Equal("{\"hello\": \"world\"}\n", await server.Http.GetStringAsync("/hello"));

    [Fact]
    public async Task Namespace_OtherPathOrMethod_HasAMessage()
    {
        using var unknown = await server.Http.GetAsync("/text-generation/other");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.StartsWith("""{"message":"The requested URL was not found on the server.""", await unknown.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var wrong = await server.Http.GetAsync(Path);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, wrong.StatusCode);
        Assert.Equal("""{"message":"The method is not allowed for the requested URL."}""", await wrong.Content.ReadAsStringAsync());
    }
}
