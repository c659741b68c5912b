using System.Net;
using System.Text.Json;
using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Tests.Inference;
using ElasticSynapse.Serving.Hosting.Admission;
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
        await WaitingAsync(server, 2);

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
        await WaitingAsync(server, 2);

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);

        // Once the server has seen it there is room again, although the worker is still held.
        await UntilAsync(() => server.Services.GetRequiredService<AdmittedWork>().Items == 1);
        var next = server.PostAsync("/classify", """{"texts":["c","d"]}""");
        await WaitingAsync(server, 4);
        runner.LetGo();
        using var second = await next.WaitAsync(Patience.Limit);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        using var first = await running.WaitAsync(Patience.Limit);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(3, runner.Ran.Count);
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

    private static Task WaitingAsync(ClassifierServer server, int texts)
    {
        var queue = server.Services.GetRequiredService<RequestQueue>();
        return UntilAsync(() => queue.Waiting == texts);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (!condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
