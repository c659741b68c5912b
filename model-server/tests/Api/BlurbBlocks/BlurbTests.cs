using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ElasticSynapse.ModelServer.Tests.Api.BlurbBlocks;

[Collection(ModelServerCollection.Name)]
public class BlurbTests(ModelServerFixture server)
{
    [Theory]
    [InlineData("""{"seed":"E","length":4}""", " revie revie co<|endoftext|>")]
    [InlineData("""{"seed":"E","length":"3"}""", " revie revie co")]
    [InlineData("""{"seed":"E","length":0}""", "")]
    [InlineData("""{"seed":"Every traveller","stop_string":"sun"}""", "air sun")]
    [InlineData("""{"seed":"Every traveller","length":2,"stop_string":"sun","stop_count":2}""", "air sunrise")]
    [InlineData("""{"seed":"E","length":60,"stop_chars":"io","stop_count":"2"}""", " revie revi")]
    [InlineData("""{"seed":"E","stop_chars":"!o","stop_string":"vie re"}""", " revie re")]
    // What stands in the seed does not count.
    [InlineData("""{"seed":"sun? E","length":1,"stop_string":"sun","stop_chars":"?"}""", "\uFFFD\uFFFD")]
    public async Task Predict_Stops_EndTheTextBehindTheDecidingMatch(string body, string expected)
    {
        using var response = await server.PostAsync("/predict", body);
        Assert.Equal(expected, await response.Content.ReadAsStringAsync());
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(["*"], response.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal(["gpt2"], response.Headers.GetValues("x-model-name"));
    }

    [Fact]
    public async Task Predict_LongerThanTheContext_IsOneRequestThatGoesOn()
    {
        var before = await server.CountAsync("vllm:request_success_total{");
        var (status, text) = await server.AnswerAsync("/predict", """{"seed":"Every traveller","length":400}""");
        Assert.Equal(200, status);
        // The prompt's three tokens leave room for 125 more.
        var first = (await server.AnswerAsync("/predict", """{"seed":"Every traveller","length":125}""")).Body;
        Assert.StartsWith(first.TrimEnd('\uFFFD'), text, StringComparison.Ordinal);
        Assert.True(text.Length > 2 * first.Length, text);
        Assert.Equal(before + 2, await server.CountAsync("vllm:request_success_total{"));
    }

    [Fact]
    public async Task Predict_PromptThatDoesNotFitWithItsText_KeepsItsEnd()
    {
        var seed = string.Concat(Enumerable.Repeat("Every traveller ", 60));
        Assert.Equal(
            (await server.AnswerAsync("/predict", Body(seed, 9))).Body,
            (await server.AnswerAsync("/predict", Body("a b c " + seed, 9))).Body);

        static string Body(string seed, int length) => System.Text.Json.JsonSerializer.Serialize(new { seed, length });
    }

    // The time is the whole request's, however many contexts its text fills.
    [Fact]
    public async Task Predict_LongerThanTheCallerWaits_BreaksOff()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = new StringContent("""{"seed":"E","length":200000}""") };
        request.Headers.Add("x-request-timeout-ms", "700");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await Assert.ThrowsAsync<HttpRequestException>(async () =>
        {
            using var response = await server.Http.SendAsync(request, limit.Token);
            await response.Content.ReadAsStringAsync(limit.Token);
        });
    }

    [Fact]
    public async Task Predict_Text_ComesInChunksOfEightTokens()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var connection = new TcpClient();
        await connection.ConnectAsync(server.Http.BaseAddress!.Host, server.Http.BaseAddress.Port, limit.Token);
        const string Body = """{"seed":"Every traveller","length":20}""";
        await connection.GetStream().WriteAsync(Encoding.UTF8.GetBytes(
            $"POST /predict HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"), limit.Token);
        using var reader = new StreamReader(connection.GetStream(), Encoding.Latin1);
        var answer = await reader.ReadToEndAsync(limit.Token);

        Assert.Contains("Transfer-Encoding: chunked", answer, StringComparison.Ordinal);
        var lines = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].Split("\r\n");
        var chunks = new List<string>();
        // A size in hexadecimal, then as many bytes; no text of this model's has a line's end here.
        for (var i = 0; lines[i] != "0"; i += 2)
        {
            chunks.Add(Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(lines[i + 1])));
        }
        Assert.Equal(3, chunks.Count);
        Assert.Equal((await server.AnswerAsync("/predict", Body)).Body, string.Concat(chunks));
        Assert.Equal((await server.AnswerAsync("/predict", """{"seed":"Every traveller","length":8}""")).Body.TrimEnd('\uFFFD'), chunks[0].TrimEnd('\uFFFD'));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"seed":"a"}""")]
    [InlineData("""{"length":5}""")]
    [InlineData("""{"seed":"a","stop_count":1,"stop_string":""}""")]
    public async Task Predict_FieldsMissing_AnswersTheUsage(string body)
    {
        using var response = await server.PostAsync("/predict", body);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(
            "PARAMS: <BR>seed str eg. hows%20it%20going AND<br>length int eg. 32 OR<br>stop_chars str eg. ?!. OR<br>stop_string str eg. <EOS><br>(optional) stop_count eg. 2",
            await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("""{"seed":"a","length":"x"}""", "'length' must be a whole number between 0 and 1,000,000; got x")]
    [InlineData("""{"seed":"a","length":-5}""", "'length' must be a whole number between 0 and 1,000,000; got -5")]
    [InlineData("""{"seed":"a","length":5,"stop_count":0}""", "'stop_count' must be a whole number between 1 and 2,147,483,647; got 0")]
    [InlineData("""{"seed":"\udfff","length":5}""", "'seed' is not valid Unicode: it holds an unpaired surrogate or bytes that are not UTF-8")]
    [InlineData("nonsense", "the body is not valid JSON: line 1, byte 2")]
    public async Task Predict_BadField_IsPlainText(string body, string message)
    {
        using var response = await server.PostAsync("/predict", body);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(message, await response.Content.ReadAsStringAsync());
        Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(["*"], response.Headers.GetValues("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Touch_Answers()
    {
        Assert.Equal("No Touch", await server.Http.GetStringAsync("/touch"));
        Assert.Equal((200, "No Touch"), await server.AnswerAsync("/touch", ""));
        using var preflight = await server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Options, "/touch"));
        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
        Assert.Equal(["*"], preflight.Headers.GetValues("Access-Control-Allow-Origin"));
    }

    [Fact]
    public Task Predict_CallerGoesAway_FreesTheModel() => server.LeaveAsync("/predict", """{"seed":"a","length":200000}""");
}
