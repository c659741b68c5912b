using System.Net;
using System.Text.Json;

namespace ElasticSynapse.ModelServer.Tests.Api.CloudRun;

[Collection(ModelServerCollection.Name)]
public class CloudRunTests(ModelServerFixture server)
{
    [Theory]
    [InlineData("""{"prefix":"E","temperature":0,"length":3}""", """{"text":"E revie revie co"}""")]
    // The page posts every value as a string.
    [InlineData("""{"prefix":"E","temperature":"0","length":"3","top_k":"40","top_p":"","x":"y"}""", """{"error":"'top_p' must be a number between 0 and 1; got "}""")]
    [InlineData("""{"prefix":"E","temperature":"0","length":"3","top_k":"40","unknown":[1]}""", """{"text":"E revie revie co"}""")]
    // Token 4 is the end of the text, which is text here.
    [InlineData("""{"prefix":"E","temperature":0,"length":6}""", """{"text":"E revie revie co"}""")]
    [InlineData("""{"prefix":"E","temperature":0,"length":4,"truncate":""}""", """{"text":"E revie revie co<|endoftext|>"}""")]
    [InlineData("""{"prefix":"E","temperature":0,"length":4,"truncate":"zzz","include_prefix":"false"}""", """{"text":"E revie revie co<|endoftext|>"}""")]
    [InlineData("""{"prefix":"E","temperature":0,"length":6,"truncate":"co","include_prefix":"False"}""", """{"text":" revie revie "}""")]
    [InlineData("""{"prefix":"E","temperature":0,"length":6,"include_prefix":false}""", """{"text":" revie revie co"}""")]
    // Only "true" is true.
    [InlineData("""{"prefix":"E","temperature":0,"length":6,"include_prefix":1}""", """{"text":" revie revie co"}""")]
    [InlineData("""{"prefix":"E","temperature":0,"length":6,"include_prefix":"yes"}""", """{"text":" revie revie co"}""")]
    [InlineData("""{"prefix":"Every traveller","temperature":0,"length":2,"truncate":"r"}""", """{"text":"Eve"}""")]
    [InlineData("""{"prefix":"","temperature":0,"length":3}""", """{"text":"memeF"}""")]
    [InlineData("""{"prefix":null,"temperature":0,"length":2,"truncate":"zz"}""", """{"text":"<|startoftext|> mañе"}""")]
    [InlineData("""{"prefix":"Every traveller","temperature":5,"top_k":1,"length":2}""", """{"text":"Every travellerair sunrise"}""")]
    // A top_p above 0 replaces top_k.
    [InlineData("""{"prefix":"Every traveller","temperature":5,"top_k":800,"top_p":0.000001,"length":2}""", """{"text":"Every travellerair sunrise"}""")]
    [InlineData("""{"prefix":"E","length":0}""", """{"text":"E"}""")]
    public async Task Post_Fields_AnswerText(string body, string expected)
    {
        var (status, answer) = await server.AnswerAsync("/", body);
        Assert.Equal(expected, answer);
        Assert.Equal(expected.StartsWith("{\"error", StringComparison.Ordinal) ? 400 : 200, status);
    }

    [Fact]
    public async Task Get_QueryString_AnswersTheSame()
    {
        using var response = await server.Http.GetAsync("/?prefix=first&prefix=E&temperature=0&length=3");
        Assert.Equal("""{"text":"E revie revie co"}""", await response.Content.ReadAsStringAsync());
        Assert.Equal(["*"], response.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal(["gpt2"], response.Headers.GetValues("x-model-name"));
        Assert.Equal([ModelServerFixture.Version], response.Headers.GetValues("x-model-version"));
        Assert.Single(response.Headers.GetValues("x-request-id"));
    }

    [Fact]
    public async Task Get_NothingAsked_Answers()
    {
        var text = JsonSerializer.Deserialize<JsonElement>(await server.Http.GetStringAsync("/")).GetProperty("text").GetString();
        Assert.StartsWith("<|startoftext|>", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_LengthBeyondTheContext_FillsIt()
    {
        var (status, answer) = await server.AnswerAsync("/", """{"prefix":"Every traveller","temperature":0,"length":1023,"truncate":""}""");
        Assert.Equal(200, status);
        // 3 tokens of the prefix, and one position that gpt_2_simple leaves unused.
        var text = JsonSerializer.Deserialize<JsonElement>(answer).GetProperty("text").GetString();
        var engine = await server.CompleteAsync(new { prompt = "Every traveller", temperature = 0, max_tokens = 124, ignore_eos = true });
        Assert.Equal(124, engine.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal(
            "Every traveller" + engine.GetProperty("choices")[0].GetProperty("text").GetString(),
            text!.Replace("<|endoftext|>", "", StringComparison.Ordinal));
    }

    // A character beyond the basic plane is one character.
    [Fact]
    public async Task Post_PrefixOf501Characters_IsCutTo500()
    {
        var prefix = string.Concat(Enumerable.Repeat("\U0001F600", 501));
        var (status, answer) = await server.AnswerAsync("/", JsonSerializer.Serialize(new { prefix, length = 0 }));
        Assert.Equal((200, prefix[..^2]), (status, JsonSerializer.Deserialize<JsonElement>(answer).GetProperty("text").GetString()));
    }

    [Theory]
    [InlineData(5, 123)]
    [InlineData(1023, 1)]
    public async Task Post_PrefixThatFillsTheContext_IsCutOnTheLeft(int length, int kept)
    {
        var prefix = string.Concat(Enumerable.Repeat("!?", 70));
        var (status, answer) = await server.AnswerAsync("/", JsonSerializer.Serialize(new { prefix, temperature = 0, length, truncate = "" }));
        Assert.Equal(200, status);
        var prompt = string.Concat(Enumerable.Repeat("!?", 70))[^kept..];
        var engine = await server.CompleteAsync(new { prompt, temperature = 0, max_tokens = 128 - kept, ignore_eos = true, skip_special_tokens = false });
        Assert.Equal(kept, engine.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(
            prefix + engine.GetProperty("choices")[0].GetProperty("text").GetString(),
            JsonSerializer.Deserialize<JsonElement>(answer).GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("{", "the body is not valid JSON: line 1, byte 2")]
    [InlineData("[]", "the body must be a JSON object; got []")]
    [InlineData("""{"length":"many"}""", "'length' must be a whole number between 0 and 2,147,483,647; got many")]
    [InlineData("""{"length":-1}""", "'length' must be a whole number between 0 and 2,147,483,647; got -1")]
    [InlineData("""{"length":1.5}""", "'length' must be a whole number between 0 and 2,147,483,647; got 1.5")]
    [InlineData("""{"length":[5]}""", "'length' must be a whole number between 0 and 2,147,483,647; got [5]")]
    [InlineData("""{"temperature":"NaN"}""", "'temperature' must be a number between 0 and 100; got NaN")]
    [InlineData("""{"temperature":-1}""", "'temperature' must be a number between 0 and 100; got -1")]
    [InlineData("""{"top_k":-1}""", "'top_k' must be a whole number between 0 and 2,147,483,647; got -1")]
    [InlineData("""{"top_p":1.5}""", "'top_p' must be a number between 0 and 1; got 1.5")]
    [InlineData("""{"prefix":"\ud800"}""", "'prefix' is not valid Unicode: it holds an unpaired surrogate or bytes that are not UTF-8")]
    public async Task Post_BadField_IsNamed(string body, string message)
    {
        using var response = await server.PostAsync("/", body);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal($$"""{"error":"{{message}}"}""", await response.Content.ReadAsStringAsync());
        Assert.Equal(["*"], response.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal(["gpt2"], response.Headers.GetValues("x-model-name"));
    }

    [Fact]
    public async Task Head_AnswersHeadersAlone()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, "/");
        using var response = await server.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["*"], response.Headers.GetValues("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Options_Preflight_AllowsWhatTheBrowserAsks()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/") { Headers = { { "Origin", "http://a.example" }, { "Access-Control-Request-Headers", "content-type" } } };
        using var response = await server.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(["*"], response.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal(["content-type"], response.Headers.GetValues("Access-Control-Allow-Headers"));
        Assert.Equal(["GET, POST, HEAD"], response.Headers.GetValues("Access-Control-Allow-Methods"));
    }

    [Fact]
    public async Task Put_Is405InTheSameForm()
    {
        using var response = await server.Http.PutAsync("/", null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.StartsWith("{\"error\":\"Not allowed to PUT /", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
