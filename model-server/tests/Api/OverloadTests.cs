using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace ElasticSynapse.ModelServer.Tests.Api;

/// <summary>Deadlines, priorities, and picking the best of several.</summary>
[Collection(ModelServerCollection.Name)]
public class OverloadTests(ModelServerFixture server)
{
    private const string Long = """{"prompt":"a","n":128,"max_tokens":120}""";

    [Fact]
    public async Task Completions_DeadlinePasses_Answers504AndFreesItsSlots()
    {
        using var response = await SendAsync(Long, ("x-request-timeout-ms", "20"));

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        var error = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()).GetProperty("error");
        Assert.Equal("deadline_exceeded", error.GetProperty("code").GetString());
        Assert.StartsWith("the request did not end within the 20 ms that its header x-request-timeout-ms allows", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        await IdleAsync();
    }

    [Fact]
    public async Task Completions_DeadlinePassesInAStream_EndsItWithAnErrorEvent()
    {
        const string longer = """{"stream":true,"prompt":["a","b"],"n":128,"max_tokens":120}""";
        var (milliseconds, response) = (250, await SendAsync(longer, ("x-request-timeout-ms", "250")));
        // A loaded machine may not have begun to stream by then.
        while (response.StatusCode == HttpStatusCode.GatewayTimeout && milliseconds < 60_000)
        {
            response.Dispose();
            milliseconds *= 2;
            response = await SendAsync(longer, ("x-request-timeout-ms", milliseconds.ToString(CultureInfo.InvariantCulture)));
        }
        using var streamed = response;
        var body = await streamed.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.OK, streamed.StatusCode);
        Assert.Contains("\"code\":\"deadline_exceeded\"", body, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", body, StringComparison.Ordinal);
        await IdleAsync();
    }

    [Fact]
    public async Task Completions_DeadlineFarAway_ChangesNothing()
    {
        using var response = await SendAsync("""{"prompt":"a","max_tokens":5}""", ("x-request-timeout-ms", "60000"), ("x-priority", "batch"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("x-request-timeout-ms", "soon", "the header x-request-timeout-ms is 'soon'; accepted: a whole number of milliseconds from 1 to 86,400,000")]
    [InlineData("x-priority", "urgent", "the header x-priority is 'urgent'; accepted: interactive, batch")]
    public async Task Completions_BadHeader_IsNamed(string header, string value, string message)
    {
        using var response = await SendAsync("""{"prompt":"a"}""", (header, value));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()).GetProperty("error");
        Assert.Equal((header, message), (error.GetProperty("param").GetString(), error.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task Completions_BestOf_ReturnsTheLikeliest()
    {
        var all = await server.CompleteAsync(new { prompt = "The river remembers", n = 6, max_tokens = 12, seed = 4, logprobs = 0 });
        var best = await server.CompleteAsync(new { prompt = "The river remembers", best_of = 6, n = 2, max_tokens = 12, seed = 4, logprobs = 0 });

        var expected = all.GetProperty("choices").EnumerateArray()
            .OrderByDescending(choice => choice.GetProperty("logprobs").GetProperty("token_logprobs").Floats().Average())
            .Take(2).Select(choice => choice.GetProperty("text").GetString());
        Assert.Equal(expected, best.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("text").GetString()));
        Assert.Equal([0, 1], best.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("index").GetInt32()));
        Assert.Equal(72, best.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal(3, best.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    private Task<HttpResponseMessage> SendAsync(string body, params (string Name, string Value)[] headers)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
        {
            message.Headers.Add(name, value);
        }
        return server.Http.SendAsync(message);
    }

    private async Task IdleAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!(await server.Http.GetStringAsync("/metrics", limit.Token)).Contains("vllm:num_requests_running{model_name=\"gpt2\"} 0\n", StringComparison.Ordinal))
        {
        }
    }
}
