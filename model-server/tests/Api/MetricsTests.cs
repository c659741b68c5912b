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
        var asking = server.Http.PostAsync(
            "/v1/completions", new StringContent("""{"prompt":"a","n":128,"max_tokens":120}""", Encoding.UTF8, "application/json"), leaves.Token);

        // Of 128 choices at most five run at a time: who sees five run and others wait sees the model at work.
        string metrics;
        do
        {
            metrics = await server.Http.GetStringAsync("/metrics", limit.Token);
        }
        while (!metrics.Contains("vllm:num_requests_running{model_name=\"gpt2\"} 5\n", StringComparison.Ordinal));
        Assert.DoesNotContain("vllm:num_requests_waiting{model_name=\"gpt2\"} 0\n", metrics, StringComparison.Ordinal);

        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }
}
