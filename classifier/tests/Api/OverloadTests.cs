using System.Net;
using System.Text.Json;
using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Tests.Inference;
using Microsoft.Extensions.DependencyInjection;

namespace ElasticSynapse.Classifier.Tests.Api;

/// <summary>The whole server with one worker that the test holds.</summary>
public sealed class OverloadTests
{
    private const int Hello = 534; // the first token of Text

    private const string Text = """{"text":"Hello world"}""";

    private static readonly Dictionary<string, string> ThreePlaces = new()
    {
        ["Runtime:Threads"] = "1",
        ["Classification:MaxQueuedTexts"] = "3",
        ["Classification:MaxTextsPerRequest"] = "2",
    };

    [Fact]
    public async Task Classify_QueueFull_Answers429WithRetryAfterAndServesOn()
    {
        var runner = new HeldRunner(labels: 6);
        using var server = Start(runner);
        var running = server.PostAsync("/classify", Text);
        await runner.BegunAsync();
        var waiting = server.PostAsync("/classify", """{"texts":["a","b"]}""");
        await server.WaitingAsync(2);

        foreach (var (path, body) in new[] { ("/classify", Text), ("/v1/moderations", """{"input":"a"}""") })
        {
            using var refused = await server.PostAsync(path, body);
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.Equal("1", Assert.Single(refused.Headers.GetValues("Retry-After")));
            var error = JsonSerializer.Deserialize<JsonElement>(await refused.Content.ReadAsStringAsync()).GetProperty("error");
            Assert.Equal(
                "3 texts are waiting or running; toxicity 1557429385_v0.01 admits 3 (Classification__MaxQueuedTexts)",
                error.GetProperty("message").GetString());
            Assert.Equal("overloaded", error.GetProperty("code").GetString());
        }

        runner.LetGo();
        using (var first = await running.WaitAsync(Patience.Limit))
        using (var second = await waiting.WaitAsync(Patience.Limit))
        {
            Assert.Equal(HttpStatusCode.OK, first.StatusCode);
            Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        }
        await server.AnswerAsync("/classify", Text);
    }

    [Fact]
    public async Task Classify_CallerGoneWhileWaiting_FreesItsPlacesWithoutARun()
    {
        var runner = new HeldRunner(labels: 6);
        using var server = Start(runner);
        var running = server.PostAsync("/classify", Text);
        await runner.BegunAsync();
        using var caller = new CancellationTokenSource();
        var gone = server.PostAsync("/classify", """{"texts":["a","b"]}""", caller.Token);
        await server.WaitingAsync(2);

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);

        // Once the server has seen it there is room again, although the worker is still held.
        await server.AdmittedAsync(1);
        var next = server.PostAsync("/classify", """{"texts":["c","d"]}""");
        await server.WaitingAsync(4);
        runner.LetGo();
        using var second = await next.WaitAsync(Patience.Limit);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        using var first = await running.WaitAsync(Patience.Limit);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(3, runner.Ran.Count);
    }

    [Theory]
    [InlineData("/predict", """{"inputs":"a"}""", 429, "\"error_type\":\"Overloaded\"")]
    [InlineData("/", """{"description":"a"}""", 429, "3 texts are waiting or running")]
    [InlineData("/v1/models/toxicity:predict", """{"instances":["a"]}""", 429, "{\"error\":\"3 texts are waiting or running")]
    [InlineData("/v2/models/toxicity/infer", """{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":["a"]}]}""", 429, "{\"error\":\"3 texts are waiting or running")]
    public async Task Post_QueueFull_IsToldInTheApisOwnForm(string path, string body, int status, string message)
    {
        var runner = new HeldRunner(labels: 6);
        using var server = Start(runner);
        var waiting = new[] { server.PostAsync("/classify", """{"texts":["a","b"]}"""), server.PostAsync("/classify", Text) };
        await server.AdmittedAsync(3);

        using var refused = await server.PostAsync(path, body);

        Assert.Equal(status, (int)refused.StatusCode);
        Assert.Equal("1", Assert.Single(refused.Headers.GetValues("Retry-After")));
        Assert.Contains(message, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        runner.LetGo();
        await Task.WhenAll(waiting).WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task Classify_MoreTextsThanAreEverAdmitted_IsRefusedAtOnce()
    {
        var runner = new HeldRunner(labels: 6);
        runner.LetGo();
        using var server = ClassifierServer.Start(
            new() { ["Classification:MaxQueuedTexts"] = "2", ["Classification:MaxTextsPerRequest"] = "2", ["Classification:WindowOverlap"] = "0" },
            services => services.AddSingleton<Func<ISequenceRunner>>(() => runner));

        using var refused = await server.PostAsync("/classify", JsonSerializer.Serialize(new { text = string.Concat(Enumerable.Repeat("Hello ", 100)), windows = true }));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("the request asks for 3 texts; toxicity 1557429385_v0.01 admits 2 at a time (Classification__MaxQueuedTexts)", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(runner.Ran);
    }

    [Fact]
    public async Task Classify_DeadlinePassesInTheQueue_Answers504AndNeverRuns()
    {
        var runner = new HeldRunner(labels: 6);
        using var server = Start(runner);
        var running = server.PostAsync("/classify", Text);
        await runner.BegunAsync();

        using var late = await LateAsync(server, "/classify", """{"text":"world"}""");

        Assert.Equal(HttpStatusCode.GatewayTimeout, late.StatusCode);
        Assert.Contains(
            "the request did not end within the 20 ms that its header x-request-timeout-ms allows: 1 of 1 sequences still waited for a worker",
            await late.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        runner.LetGo();
        using var first = await running.WaitAsync(Patience.Limit);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal([Hello], runner.Ran);
    }

    [Fact]
    public async Task Predict_DeadlinePasses_IsNoMistakeOfTheRequest()
    {
        var runner = new HeldRunner(labels: 6);
        using var server = Start(runner);
        var running = server.PostAsync("/classify", Text);
        await runner.BegunAsync();

        using var late = await LateAsync(server, "/predict", """{"inputs":"world"}""");

        Assert.Equal(HttpStatusCode.GatewayTimeout, late.StatusCode);
        Assert.EndsWith("\"error_type\":\"Backend\"}", await late.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        runner.LetGo();
        using var first = await running.WaitAsync(Patience.Limit);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("soon")]
    public async Task Classify_DeadlineThatIsNoTime_IsRefused(string milliseconds)
    {
        var runner = new HeldRunner(labels: 6);
        runner.LetGo();
        using var server = Start(runner);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/classify") { Content = new StringContent(Text) };
        request.Headers.Add("x-request-timeout-ms", milliseconds);
        using var refused = await server.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task Classify_RunFails_Answers500ToThatRequestOnly()
    {
        var runner = new HeldRunner(labels: 6) { FailsOn = Hello };
        runner.LetGo();
        using var server = Start(runner);

        using var failed = await server.PostAsync("/classify", Text);
        var body = await failed.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        Assert.Contains("server_error", body, StringComparison.Ordinal);
        Assert.DoesNotContain("the run failed", body, StringComparison.Ordinal);
        await server.AnswerAsync("/classify", new { text = "world" });
    }

    private static ClassifierServer Start(HeldRunner runner) =>
        ClassifierServer.Start(ThreePlaces, services => services.AddSingleton<Func<ISequenceRunner>>(() => runner));

    // Asks for an answer within 20 ms.
    private static async Task<HttpResponseMessage> LateAsync(ClassifierServer server, string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body) };
        request.Headers.Add("x-request-timeout-ms", "20");
        return await server.Http.SendAsync(request);
    }
}
