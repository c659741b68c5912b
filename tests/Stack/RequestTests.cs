using System.Net;
using System.Text.Json;
using ElasticSynapse.Tests;

namespace ElasticSynapse.EndToEnd.Tests.Stack;

/// <summary>The main job, through the gateway: what Hugging Face computed comes back.</summary>
[Collection(SharedStackCollection.Name)]
public class RequestTests(SharedStack stack)
{
    [Fact]
    public async Task Completions_EveryGreedyGolden_ComesBackThroughTheGateway()
    {
        foreach (var golden in Goldens("gpt2", "generation_goldens.json"))
        {
            var expected = golden.GetProperty("generate").EnumerateArray().Single(item => item.GetProperty("name").GetString() == "greedy");
            var answer = await PostAsync("/v1/completions", new
            {
                model = "gpt2", prompt = golden.GetProperty("prompt").GetString(), temperature = 0, max_tokens = expected.GetProperty("args").GetProperty("max_new_tokens").GetInt32(),
            });
            Assert.Equal(expected.GetProperty("new_text")[0].GetString(), answer.GetProperty("choices")[0].GetProperty("text").GetString());
        }
    }

    [Fact]
    public async Task Classify_EveryGolden_ComesBackThroughTheGateway()
    {
        var goldens = Goldens("bert", "classification_goldens.json").Where(golden => golden.GetProperty("max_length").GetInt32() == 128).ToArray();
        var texts = goldens.Select(golden => golden.GetProperty("text").GetString()).ToArray();
        var results = (await PostAsync("/classify", new { texts, allow_special = true })).GetProperty("results");
        Assert.Equal(goldens.Length, results.GetArrayLength());
        for (var i = 0; i < goldens.Length; i++)
        {
            var scores = results[i].GetProperty("scores").EnumerateObject().Select(score => score.Value.GetDouble()).ToArray();
            var expected = goldens[i].GetProperty("scores").EnumerateArray().Select(score => score.GetDouble()).ToArray();
            Assert.Equal(expected.Length, scores.Length);
            Assert.All(expected.Zip(scores), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        }
    }

    [Fact]
    public async Task Completions_Streamed_AddsUpToTheWholeAnswer()
    {
        var request = new { prompt = "The river remembers", temperature = 0, max_tokens = 24 };
        var whole = (await PostAsync("/v1/completions", request)).GetProperty("choices")[0].GetProperty("text").GetString();
        using var content = JsonContent(new { request.prompt, request.temperature, request.max_tokens, stream = true });
        using var response = await stack.Http.PostAsync("/v1/completions", content);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var data = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(line => line["data: ".Length..]).ToArray();
        Assert.Equal("[DONE]", data[^1]);
        Assert.Equal(whole, string.Concat(data[..^1].Select(json => JsonSerializer.Deserialize<JsonElement>(json).GetProperty("choices")[0].GetProperty("text").GetString())));
    }

    [Theory]
    [InlineData("/v1/completions", """{"prompt":"a"}""", "gpt2")]
    [InlineData("/classify", """{"text":"a"}""", "bert")]
    public async Task Answers_SayWhoServedAndKeepTheCallersId(string path, string body, string model)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body) };
        request.Headers.Add("x-request-id", "seen-by-all-three");
        using var response = await stack.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("seen-by-all-three", Assert.Single(response.Headers.GetValues("x-request-id")));
        Assert.Equal(model, Assert.Single(response.Headers.GetValues("x-model-name")));
        Assert.Single(response.Headers.GetValues("x-model-version"));
    }

    [Theory]
    [InlineData("/v1/completions", """{"prompt":"\ud800"}""", 400, "prompt")]
    [InlineData("/v1/completions", """{"prompt":"a","model":"nope"}""", 404, "model")]
    [InlineData("/classify", """{"text":7}""", 400, "text")]
    [InlineData("/v1/moderations", "{}", 400, "input")]
    [InlineData("/nowhere", "{}", 404, null)]
    public async Task Errors_PassTheGatewayInTheApisOwnShape(string path, string body, int status, string? parameter)
    {
        using var content = new StringContent(body);
        using var response = await stack.Http.PostAsync(path, content);
        Assert.Equal(status, (int)response.StatusCode);
        var error = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()).GetProperty("error");
        Assert.Equal(parameter, error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task MixedRequests_ManyAtATime_EachGetsItsOwnAnswer()
    {
        var words = Enumerable.Range(0, 100).Select(i => $"word {i} and {i * 7}").ToArray();
        async Task<string> Ask(int i) => i % 2 == 0
            ? (await PostAsync("/v1/completions", new { prompt = words[i], seed = i, max_tokens = 6 })).GetProperty("choices").ToString()
            : (await PostAsync("/classify", new { text = words[i] })).GetProperty("scores").ToString();

        var alone = new List<string>();
        for (var i = 0; i < words.Length; i++)
        {
            alone.Add(await Ask(i));
        }
        Assert.Equal(alone, await Task.WhenAll(Enumerable.Range(0, words.Length).Select(Ask)));
    }

    [Fact]
    public async Task Logs_OfARequest_AreJsonWithItsIdsAndWithoutItsText()
    {
        const string secret = "nobody else may read this";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = JsonContent(new { prompt = secret, max_tokens = 1 }) };
        request.Headers.Add("x-request-id", "logged-once-a-service");
        var trace = System.Diagnostics.ActivityTraceId.CreateRandom().ToHexString();
        request.Headers.Add("traceparent", $"00-{trace}-{System.Diagnostics.ActivitySpanId.CreateRandom().ToHexString()}-01");
        using var response = await stack.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        foreach (var service in new[] { "gateway", "model-server" })
        {
            var log = Path.Combine(RepositoryFiles.Root, "artifacts", $"up-{stack.Stack.Port}", $"{service}.log");
            string text;
            do
            {
                // The console logger writes from a thread of its own.
                text = await File.ReadAllTextAsync(log, limit.Token);
            }
            while (!text.Contains("logged-once-a-service", StringComparison.Ordinal));
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
            Assert.Contains($"\"TraceId\":\"{trace}\"", text, StringComparison.Ordinal);
            // The last line may still be on its way.
            var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries)[..^1];
            Assert.All(lines, line => Assert.Equal(JsonValueKind.Object, JsonSerializer.Deserialize<JsonElement>(line).ValueKind));
        }
    }

    [Fact]
    public async Task Metrics_OfAllThree_CountWhatWasAsked()
    {
        await PostAsync("/v1/completions", new { prompt = "a", max_tokens = 3 });
        await PostAsync("/classify", new { text = "a" });
        Assert.Contains("http_server_request_duration_seconds_count", await Metrics(10), StringComparison.Ordinal);
        Assert.Contains("vllm:generation_tokens_total", await Metrics(1), StringComparison.Ordinal);
        Assert.Contains("elastic_synapse_classifier_", await Metrics(2), StringComparison.Ordinal);

        async Task<string> Metrics(int offset)
        {
            var text = await stack.Http.GetStringAsync(new Uri($"http://127.0.0.1:{stack.Stack.Port + offset}/metrics"));
            Assert.Equal("", await Promtool.CheckMetricsAsync(text));
            return text;
        }
    }

    private static JsonElement[] Goldens(string model, string file) =>
        JsonSerializer.Deserialize<JsonElement[]>(File.ReadAllBytes(RepositoryFiles.Data("huggingface", model, file)))!;

    private static StringContent JsonContent(object body) => new(JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json");

    private async Task<JsonElement> PostAsync(string path, object body)
    {
        using var content = JsonContent(body);
        using var response = await stack.Http.PostAsync(path, content);
        var json = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, json);
        return JsonSerializer.Deserialize<JsonElement>(json);
    }
}
