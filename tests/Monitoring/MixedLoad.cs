using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;

namespace ElasticSynapse.EndToEnd.Tests.Monitoring;

/// <summary>Good, bad and too many requests, to all APIs that dashboards look at, and what else rarely happens; and a record of what
/// came back.</summary>
internal sealed class MixedLoad(MonitoredStack stack)
{
    public const string Generator = "demo-gpt2";
    public const string Classifier = "demo-bert";

    // More than a gateway needs to know how fast a classifier is, and so many that a slow one is no habit.
    private const int QuickTexts = 24;

    private int _rounds;

    /// <summary>How many answers there were, by the model that was asked, the gateway's route, and the outcome that they show.</summary>
    public ConcurrentDictionary<(string Model, string Route, string Outcome), long> Answers { get; } = new();

    public async Task RunAsync()
    {
        _rounds++;
        await stack.SpoilCatalogueAsync(_rounds);
        await GenerateAsync();
        await ClassifyAsync();
        await AskTheClusterAsync();
    }

    private async Task GenerateAsync()
    {
        // The same token again and again: what comes next is easily guessed.
        await PostAsync(stack.Gateway, Generator, "/v1/completions", new { prompt = "Once more", max_tokens = 64, temperature = 0, logit_bias = new Dictionary<string, int> { ["300"] = 100 } });
        await PostAsync(stack.Gateway, Generator, "/v1/completions", new { prompt = "In winter, when the river", max_tokens = 24, temperature = 0 });
        await PostAsync(stack.Gateway, Generator, "/v1/completions", new { model = "demo-gpt2@1_v1.0", prompt = $"{_rounds} boats", max_tokens = 8, stream = true });
        await PostAsync(stack.Gateway, Generator, "/v1/completions", new { model = "demo-gpt2@2_v1.1", prompt = $"{_rounds} boats", max_tokens = 8, stream = true });
        await PostAsync(stack.Gateway, Generator, "/v1/completions", new { prompt = "The boat", max_tokens = -1 });
        await PostAsync(stack.Gateway, "", "/v1/completions", new { model = $"made-up-{_rounds}", prompt = "The boat" });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostAsync(stack.Gateway, Generator, "/v1/completions", new { prompt = "The river", max_tokens = 16 })));
    }

    private async Task ClassifyAsync()
    {
        await PostAsync(stack.Gateway, Classifier, "/classify", new { texts = Texts() });
        await PostAsync(stack.Gateway, Classifier, "/predict", new { inputs = 1 });
        for (var i = 0; i < QuickTexts; i++)
        {
            await PostAsync(stack.Gateway, SlowPair.Model, "/classify", new { model = SlowPair.Model, text = "quick" });
        }
        await PostAsync(stack.Gateway, SlowPair.Model, "/classify", new { model = SlowPair.Model, text = SlowPair.SlowText });
    }

    // More than the model takes, nothing wrong with it, one to flag, and one that is asked for each time. The others are others each
    // time, as some texts are: the cache would know them.
    private string[] Texts() =>
    [
        $"{_rounds} {string.Concat(Enumerable.Repeat("word ", 1000))}", $"What a lovely day number {_rounds}.", $"You are an idiot and a fool, {_rounds}.",
        "Once more.",
    ];

    private async Task AskTheClusterAsync()
    {
        for (var i = 0; i < 4; i++)
        {
            await PostAsync(stack.ClusterGateway, TroubledCluster.Model, "/v1/completions", new { prompt = "whoever" });
        }
        await PostAsync(stack.ClusterGateway, TroubledCluster.Model, "/v1/completions", new { model = TroubledCluster.Canary, prompt = "canary" });
        await PostAsync(stack.ClusterGateway, TroubledCluster.Model, "/v1/completions", new { model = TroubledCluster.Sleeper, prompt = "awake" });
        stack.Cluster.ScaleSleeperToZero();
    }

    private async Task PostAsync(HttpClient gateway, string model, string path, object body)
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
        Answers.AddOrUpdate((model, path, outcome), 1, (_, count) => count + 1);
    }
}
