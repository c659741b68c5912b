using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;

namespace ElasticSynapse.EndToEnd.Tests.Monitoring;

/// <summary>Good, bad and too many requests, to all APIs that dashboards look at; and a record of what came back.</summary>
internal sealed class MixedLoad(HttpClient gateway)
{
    private int _rounds;

    /// <summary>How many answers there were, by the gateway's route and the outcome that they show.</summary>
    public ConcurrentDictionary<(string Route, string Outcome), long> Answers { get; } = new();

    public async Task RunAsync()
    {
        _rounds++;
        await PostAsync("/v1/completions", new { prompt = "In winter, when the river", max_tokens = 24, temperature = 0 });
        await PostAsync("/v1/completions", new { model = "demo-gpt2@1_v1.0", prompt = "The boat", max_tokens = 8, stream = true });
        await PostAsync("/v1/completions", new { model = "demo-gpt2@2_v1.1", prompt = "The boat", max_tokens = 8, stream = true });
        await PostAsync("/v1/completions", new { prompt = "The boat", max_tokens = -1 });
        await PostAsync("/v1/completions", new { model = $"made-up-{_rounds}", prompt = "The boat" });
        await PostAsync("/classify", new { texts = Texts() });
        await PostAsync("/predict", new { inputs = 1 });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostAsync("/v1/completions", new { prompt = "The river", max_tokens = 16 })));
    }

    // More than the model takes, nothing wrong with it, and one to flag; others each time, or the cache would know them.
    private string[] Texts() =>
        [$"{_rounds} {string.Concat(Enumerable.Repeat("word ", 1000))}", $"What a lovely day number {_rounds}.", $"You are an idiot and a fool, {_rounds}."];

    private async Task PostAsync(string path, object body)
    {
        using var answer = await gateway.PostAsJsonAsync(path, body);
        await answer.Content.ReadAsStringAsync();
        var outcome = answer.StatusCode switch
        {
            HttpStatusCode.OK => "ok",
            HttpStatusCode.TooManyRequests => "refused",
            >= HttpStatusCode.InternalServerError => "failed",
            _ => "invalid",
        };
        Answers.AddOrUpdate((path, outcome), 1, (_, count) => count + 1);
    }
}
