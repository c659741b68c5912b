using System.Text.Json;

namespace ElasticSynapse.Classifier.Tests.Api;

public sealed class BadInputTests(ClassifierServer server) : IClassFixture<ClassifierServer>
{
    private const string Part = """{"type":"text","text":"a"}""";

    [Theory]
    [InlineData("", 400, null, "the body is not valid JSON")]
    [InlineData("{", 400, null, "the body is not valid JSON")]
    [InlineData("""{"text":NaN}""", 400, null, "the body is not valid JSON")]
    [InlineData("""{"text":"a"} x""", 400, null, "the body is not valid JSON")]
    [InlineData("[]", 400, null, "the body must be a JSON object; got []")]
    [InlineData("\"a\"", 400, null, "the body must be a JSON object; got \"a\"")]
    [InlineData("{}", 400, "text", "'text' (a string) or 'texts' (a list of strings) is required")]
    [InlineData("""{"text":null,"texts":null}""", 400, "text", "is required")]
    [InlineData("""{"text":"a","texts":["b"]}""", 400, "texts", "'text' and 'texts' were both sent; send one of them")]
    [InlineData("""{"text":5}""", 400, "text", "'text' must be a string; got 5")]
    [InlineData("""{"text":["a"]}""", 400, "text", "'text' must be a string; got [\"a\"]")]
    [InlineData("""{"texts":"a"}""", 400, "texts", "'texts' must be a list of strings; got \"a\"")]
    [InlineData("""{"texts":{}}""", 400, "texts", "'texts' must be a list of strings; got {}")]
    [InlineData("""{"texts":[]}""", 400, "texts", "'texts' is empty; at least one text is required")]
    [InlineData("""{"texts":["a","b","c",5]}""", 400, "texts[3]", "'texts[3]' must be a string; got 5")]
    [InlineData("""{"texts":[null]}""", 400, "texts[0]", "'texts[0]' must be a string; got null")]
    [InlineData("""{"texts":["a",["b"]]}""", 400, "texts[1]", "'texts[1]' must be a string; got [\"b\"]")]
    [InlineData("""{"text":"\ud800"}""", 400, "text", "unpaired surrogate")]
    [InlineData("""{"texts":["a","\udc00b"]}""", 400, "texts[1]", "unpaired surrogate")]
    [InlineData("""{"text":"a","allow_special":"yes"}""", 400, "allow_special", "'allow_special' must be true or false; got \"yes\"")]
    [InlineData("""{"text":"a","\ud800":1}""", 400, null, "not valid Unicode")]
    [InlineData("""{"text":"a","windows":1}""", 400, "windows", "'windows' must be true or false; got 1")]
    [InlineData("""{"text":"a","explain":"yes"}""", 400, "explain", "'explain' must be true or false; got \"yes\"")]
    [InlineData("""{"text":"a","top_k":0}""", 400, "top_k", "'top_k' must be a whole number between 1 and 2,147,483,647; got 0")]
    [InlineData("""{"text":"a","threshold":1.1}""", 400, "threshold", "'threshold' must be a number between 0 and 1; got 1.1")]
    [InlineData("""{"text":"a","model":5}""", 400, "model", "'model' must be a string; got 5")]
    [InlineData("""{"text":"a","model":"other"}""", 404, "model", "The model 'other' does not exist; this server has 'toxicity', version '1557429385_v0.01'")]
    [InlineData("""{"text":"a","model":"toxicity@2_v1.0"}""", 404, "model", "The model 'toxicity@2_v1.0' does not exist")]
    [InlineData("""{"text":"a","model":"omni-moderation-latest"}""", 404, "model", "does not exist")]
    public Task Classify_BadField_IsNamedWithValueAndLimit(string body, int status, string? parameter, string message) =>
        AssertRefusedAsync("/classify", body, status, parameter, message);

    [Theory]
    [InlineData("{}", 400, "input", "'input' is required: a string, a list of strings, or a list of text parts")]
    [InlineData("""{"input":null}""", 400, "input", "'input' is required")]
    [InlineData("""{"input":5}""", 400, "input", "must be a string, a list of strings, or a list of text parts; got 5")]
    [InlineData("""{"input":{}}""", 400, "input", "got {}")]
    [InlineData("""{"input":[]}""", 400, "input", "'input' is empty; at least one text is required")]
    [InlineData("""{"input":["a",5]}""", 400, "input[1]", "'input[1]' must be a string; got 5")]
    [InlineData("""{"input":["a",""" + Part + "]}", 400, "input[1]", "'input[1]' must be a string; got {\"type\"")]
    [InlineData("""{"input":[""" + Part + ""","a"]}""", 400, "input[1]", "'input[1]' must be a text part like the ones before it; got \"a\"")]
    [InlineData("""{"input":[""" + Part + ""","a"],"model":"toxicity"}""", 400, "input[1]", "text part")]
    [InlineData("""{"input":[""" + Part + ""","a"],"model":"x"}""", 404, "model", "The model 'x' does not exist")]
    [InlineData("""{"input":[{"type":"image_url","image_url":{"url":"https://x/y.png"}}]}""", 400, "input[0]", "'input[0]' is an image; this server classifies text only")]
    [InlineData("""{"input":[""" + Part + ""","""+""" {"type":"image_url","image_url":{"url":"data:"}}]}""", 400, "input[1]", "is an image")]
    [InlineData("""{"input":[{"type":"audio"}]}""", 400, "input[0].type", "'input[0].type' must be \"text\"; got \"audio\"")]
    [InlineData("""{"input":[{"type":5,"text":"a"}]}""", 400, "input[0].type", "'input[0].type' must be a string; got 5")]
    [InlineData("""{"input":[{"text":"a"}]}""", 400, "input[0].type", "'input[0].type' is required")]
    [InlineData("""{"input":[{"type":"text"}]}""", 400, "input[0].text", "'input[0].text' is required")]
    [InlineData("""{"input":[{"type":"text","text":5}]}""", 400, "input[0].text", "'input[0].text' must be a string; got 5")]
    [InlineData("""{"input":[{"type":"text","text":"\ud800"}]}""", 400, "input[0].text", "unpaired surrogate")]
    [InlineData("""{"input":[{"type":"text","text":"a","\ud800":1}]}""", 400, "input[0]", "not valid Unicode")]
    [InlineData("""{"input":"a","model":"gpt-4o"}""", 404, "model", "The model 'gpt-4o' does not exist; this server has 'toxicity'")]
    public Task Moderations_BadField_IsNamedWithValueAndLimit(string body, int status, string? parameter, string message) =>
        AssertRefusedAsync("/v1/moderations", body, status, parameter, message);

    [Theory]
    [InlineData("{}", "text", "'text' (a string) or 'inputs' (a string or a list of strings) is required")]
    [InlineData("""{"text":[1]}""", "text", "'text' must be a string; got [1]")]
    [InlineData("""{"text":"\udfff"}""", "text", "unpaired surrogate")]
    public Task Tokenize_BadField_IsNamedWithValueAndLimit(string body, string? parameter, string message) =>
        AssertRefusedAsync("/tokenize", body, 400, parameter, message);

    [Theory]
    [InlineData("/classify", "texts")]
    [InlineData("/v1/moderations", "input")]
    public async Task Post_MoreTextsThanOneRequestMayHave_SaysCountLimitAndOption(string path, string field)
    {
        var texts = Enumerable.Repeat("a", 257);
        await AssertRefusedAsync(path, JsonSerializer.Serialize(new Dictionary<string, object> { [field] = texts }), 400, field,
            $"'{field}' has 257 texts; this server accepts 256 a request (Classification__MaxTextsPerRequest)");
    }

    [Theory]
    [InlineData("/classify")]
    [InlineData("/v1/moderations")]
    [InlineData("/tokenize")]
    public async Task Post_DeeplyNestedBody_IsRefused(string path)
    {
        var deep = new string('[', 100_000) + new string(']', 100_000);
        await AssertRefusedAsync(path, $$"""{"text":{{deep}}}""", 400, null, "the body is not valid JSON");
    }

    [Theory]
    [InlineData("/classify")]
    [InlineData("/v1/moderations")]
    [InlineData("/tokenize")]
    public async Task Post_BodyOf10Megabytes_SaysSizeLimitAndOption(string path)
    {
        var body = $$"""{"text":"{{new string('a', 10 * 1024 * 1024)}}"}""";
        await AssertRefusedAsync(path, body, 413, null, "the body has 10,485,771 bytes; this server accepts 4,194,304 (Http__MaxRequestBodyBytes)");
    }

    [Fact]
    public async Task Classify_BytesThatAreNoUtf8_AreRefused()
    {
        using var content = new ByteArrayContent([.. "{\"text\":\""u8, 0xFF, 0xFE, .. "\"}"u8]);
        using var response = await server.Http.PostAsync("/classify", content);
        await AssertErrorAsync(response, 400, "text", "not valid Unicode");
        await AssertServesAsync();
    }

    [Fact]
    public async Task Classify_ModelNameOf100000Characters_IsNotEchoedWhole()
    {
        using var response = await server.PostAsync("/classify", JsonSerializer.Serialize(new { text = "a", model = new string('m', 59) + "😀" + new string('m', 100_000) }));
        await AssertErrorAsync(response, 404, "model", $"The model '{new string('m', 59)}… (100,061 characters)' does not exist");
    }

    [Fact]
    public async Task Classify_4MegabytesOfWords_AreAnsweredOrTruncatedNotFailed()
    {
        var text = string.Concat(Enumerable.Repeat("héllo \0wörld 世界 ", 150_000));
        var result = await server.AnswerAsync("/classify", $$"""{"text":{{JsonSerializer.Serialize(text, Relaxed)}}}""");
        Assert.True(result.GetProperty("truncated").GetBoolean());
        Assert.Equal(128, result.GetProperty("tokens").GetInt32());
    }

    [Fact]
    public async Task Get_Classify_IsNotAllowed()
    {
        using var response = await server.Http.GetAsync("/classify");
        await AssertErrorAsync(response, 405, null, "POST");
    }

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private async Task AssertRefusedAsync(string path, string body, int status, string? parameter, string message)
    {
        using var response = await server.PostAsync(path, body);
        await AssertErrorAsync(response, status, parameter, message);
        await AssertServesAsync();
    }

    private static async Task AssertErrorAsync(HttpResponseMessage response, int status, string? parameter, string message)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(status == (int)response.StatusCode, body);
        var error = JsonSerializer.Deserialize<JsonElement>(body).GetProperty("error");
        Assert.Contains(message, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(parameter, error.GetProperty("param").GetString());
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.Equal(status switch { 404 => "model_not_found", 413 => "payload_too_large", _ => null }, error.GetProperty("code").GetString());
    }

    private async Task AssertServesAsync()
    {
        var result = await server.AnswerAsync("/classify", new { text = Golden.All[0].Text });
        Golden.AssertClose(Golden.All[0].Scores, Golden.ScoresOf(result));
    }
}
