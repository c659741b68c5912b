using System.Text;

namespace ElasticSynapse.ModelServer.Tests.Api;

[Collection(ModelServerCollection.Name)]
public class MetricsTests(ModelServerFixture server)
{
    [Fact]
    public async Task Metrics_WhileTheModelRuns_AreAnsweredAndSayHowMuchItHasToDo()
    {
        using var leaves = new CancellationTokenSource();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        // Six at five slots, too long to end by themselves: who sees five run and another wait sees the model at work.
        var asking = Task.WhenAll(Enumerable.Range(0, 6).Select(_ => server.Http.PostAsync(
            "/predict", new StringContent("""{"seed":"a","length":40000}""", Encoding.UTF8, "application/json"), leaves.Token)));

        string metrics;
        do
        {
            metrics = await server.Http.GetStringAsync("/metrics", limit.Token);
        }
        while (!metrics.Contains("vllm:num_requests_running{model_name=\"gpt2\"} 5\n", StringComparison.Ordinal)
            || !metrics.Contains("vllm:num_requests_waiting{model_name=\"gpt2\"} 1\n", StringComparison.Ordinal));

        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }
}
