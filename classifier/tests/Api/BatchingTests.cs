using System.Net;
using System.Text.Json;
using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Tests.Inference;
using ElasticSynapse.Serving.Models;
using Microsoft.Extensions.DependencyInjection;

namespace ElasticSynapse.Classifier.Tests.Api;

/// <summary>The whole server with texts that share runs, as they do on CUDA, on a CPU.</summary>
public sealed class BatchingTests
{
    private const int MostTokens = 128;
    private const string Hello = """{"text":"Hello"}""";

    private static readonly Dictionary<string, string> Batches = new() { ["Batching:MaxTokens"] = "1024" };

    [Fact]
    public async Task Classify_GoldensInOneRequest_ScoresAndFlagsOfHuggingFace()
    {
        using var server = ClassifierServer.Start(Batches);
        var goldens = Golden.Of(MostTokens);

        var answer = await server.AnswerAsync("/classify", new { texts = goldens.Select(golden => golden.Text), allow_special = true });

        JsonElement[] results = [.. answer.GetProperty("results").EnumerateArray()];
        Assert.Equal(goldens.Count, results.Length);
        for (var i = 0; i < results.Length; i++)
        {
            Golden.AssertClose(goldens[i].Scores, Golden.ScoresOf(results[i]));
        }
    }

    [Fact]
    public async Task Classify_5000MixedRequestsAtOnce_EachGetsItsOwnAnswer()
    {
        using var server = ClassifierServer.Start(new(Batches.Concat(MixedRequests.Room)));
        var mixed = await MixedRequests.OfAsync(server, MostTokens);

        await Task.WhenAll(Enumerable.Range(0, 5_000).Select(request => mixed.AskAsync(request, (expected, actual) =>
        {
            Golden.AssertClose(Golden.ScoresOf(expected), Golden.ScoresOf(actual));
            Assert.Equal(expected.GetProperty("tokens").GetInt32(), actual.GetProperty("tokens").GetInt32());
        })));
    }

    // To the last bit, where the processor lets texts share runs in this precision.
    [Theory]
    [InlineData("int8")]
    [InlineData("int4")]
    public async Task Classify_QuantizedTextsTogether_AnsweredAsAlone(string precision)
    {
        using var alone = ClassifierServer.Start(new() { ["Model:Precision"] = precision });
        if (alone.Services.GetRequiredService<ServedClassifier>().Model.Sharing != RunSharing.Exact)
        {
            return;
        }
        using var together = ClassifierServer.Start(new(Batches) { ["Model:Precision"] = precision });
        string[] texts = [.. Golden.Of(MostTokens).Select(golden => golden.Text), .. Enumerable.Range(1, 60).Select(i => string.Concat(Enumerable.Repeat("Hello big world ", i % 23)))];

        var results = (await together.AnswerAsync("/classify", new { texts })).GetProperty("results");

        for (var i = 0; i < texts.Length; i++)
        {
            var expected = (await alone.AnswerAsync("/classify", new { texts = new[] { texts[i] } })).GetProperty("results")[0];
            Assert.Equal(expected.GetRawText(), results[i].GetRawText());
        }
    }

    [Fact]
    public async Task Classify_WindowsAndExplain_AsEachTextByItself()
    {
        using var together = ClassifierServer.Start(Batches);
        using var alone = ClassifierServer.Start([]);
        var longText = new { text = string.Concat(Enumerable.Repeat("Hello big world ", 100)), windows = true };
        var explained = new { text = "Hello big world", explain = true };

        Golden.AssertClose(Golden.ScoresOf(await alone.AnswerAsync("/classify", longText)), Golden.ScoresOf(await together.AnswerAsync("/classify", longText)));
        var (words, sameWords) = (Words(await alone.AnswerAsync("/classify", explained)), Words(await together.AnswerAsync("/classify", explained)));
        Assert.Equal(3, sameWords.Length);
        for (var i = 0; i < words.Length; i++)
        {
            Golden.AssertClose(Golden.ScoresOf(words[i]), Golden.ScoresOf(sameWords[i]));
        }

        static JsonElement[] Words(JsonElement result) => [.. result.GetProperty("explanation").EnumerateArray()];
    }

    [Fact]
    public async Task Classify_TextsThatWaited_ShareTheNextRunAndShowInTheMetrics()
    {
        var runner = new HeldRunner(labels: 6);
        using var server = Start(runner);
        var before = await MetricAsync(server, "te_batch_next_size_sum");
        var running = server.PostAsync("/classify", Hello);
        await runner.BegunAsync();
        var waiting = Enumerable.Range(0, 5).Select(i => server.PostAsync("/classify", $$"""{"text":"{{i}}"}""")).ToArray();
        await server.WaitingAsync(5);

        runner.LetGo();

        foreach (var request in waiting.Append(running))
        {
            using var response = await request.WaitAsync(Patience.Limit);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
        Assert.Equal([1, 5], runner.Runs.Select(run => run.Length));
        Assert.True(await MetricAsync(server, "te_batch_next_size_sum") - before >= 6);
    }

    [Fact]
    public async Task Classify_CallersGoneAndDeadlinesPassed_AreNotInTheRun()
    {
        var runner = new HeldRunner(labels: 6);
        using var server = Start(runner);
        var running = server.PostAsync("/classify", Hello);
        await runner.BegunAsync();
        using var caller = new CancellationTokenSource();
        var gone = server.PostAsync("/classify", """{"texts":["a","b"]}""", caller.Token);
        var waiting = server.PostAsync("/classify", """{"texts":["c","d"]}""");
        await server.WaitingAsync(4);
        using var late = new HttpRequestMessage(HttpMethod.Post, "/classify") { Content = new StringContent("""{"text":"e"}""") };
        late.Headers.Add("x-request-timeout-ms", "20");

        using (var tooLate = await server.Http.SendAsync(late))
        {
            Assert.Equal(HttpStatusCode.GatewayTimeout, tooLate.StatusCode);
        }
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        await server.AdmittedAsync(3); // the server has seen it
        runner.LetGo();

        using (await running.WaitAsync(Patience.Limit))
        using (var answered = await waiting.WaitAsync(Patience.Limit))
        {
            Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
        }
        Assert.Equal([1, 2], runner.Runs.Select(run => run.Length));
    }

    [Fact]
    public async Task Classify_SameTextTwice_RunsOnceAndComesFromTheCache()
    {
        var runner = new HeldRunner(labels: 6);
        runner.LetGo();
        using var server = Start(runner, cacheBytes: 100_000);

        var first = await server.AnswerAsync("/classify", Hello);
        var second = await server.AnswerAsync("/classify", Hello);

        Assert.Equal(first.GetRawText(), second.GetRawText());
        Assert.Single(runner.Ran);
    }

    [Fact]
    public async Task Info_Batches_TellsHowMuchARunTakes()
    {
        using var server = ClassifierServer.Start(Batches);
        var info = JsonSerializer.Deserialize<JsonElement>(await server.Http.GetStringAsync("/info"));
        Assert.Equal(1_024, info.GetProperty("max_batch_tokens").GetInt32());
        Assert.Equal(BatchChoice.Window, info.GetProperty("max_batch_requests").GetInt32());
    }

    private static ClassifierServer Start(HeldRunner runner, int cacheBytes = 0) => ClassifierServer.Start(
        new(Batches) { ["Runtime:Threads"] = "1", ["Batching:MaxDelay"] = "00:00:00", ["Classification:CacheBytes"] = $"{cacheBytes}" },
        services => services.AddSingleton<Func<ISequenceRunner>>(() => runner));

    private static async Task<double> MetricAsync(ClassifierServer server, string name)
    {
        var series = (await server.Http.GetStringAsync("/metrics")).Split('\n').SingleOrDefault(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return series is null ? 0 : double.Parse(series.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
