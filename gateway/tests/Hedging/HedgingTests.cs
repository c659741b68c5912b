using System.Text;
using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Hedging;

/// <summary>A classifier with two replicas, of which one falls silent.</summary>
public sealed class HedgingTests
{
    private readonly TaskCompletionSource _cancelled = new();
    private volatile bool _isSilent;
    private int _asked;

    [Fact]
    public async Task Post_FirstReplicaSlowerThanUsual_SecondAnswersAndTheFirstIsCancelled()
    {
        await using var silent = await Upstream.StartAsync(AnswerUnlessSilentAsync);
        await using var quick = await Upstream.StartAsync(AnswerAsync);
        using var catalogue = Bert(silent, quick);
        await using var gateway = new RunningGateway(catalogue, ("Hedging:Enabled", "true"), ("Hedging:MinimumDelay", "00:00:00.200"));
        await WarmAsync(gateway);

        _isSilent = true;
        // Until one begins at the silent one; the others are answered as ever.
        for (var i = 0; i < 1000 && !_cancelled.Task.IsCompleted; i++)
        {
            using var answer = await SendAsync(gateway);
            Assert.Equal("[]", await answer.Content.ReadAsStringAsync());
            Assert.Equal([quick.Address.Authority], answer.Headers.GetValues("x-served-by"));
        }

        var metrics = await gateway.MetricsAsync();
        Assert.Contains("elastic_synapse_gateway_hedges_total{model=\"bert\",outcome=\"won\",version=\"1_v1\"}", metrics, StringComparison.Ordinal);
        Assert.Contains(
            "resilience_polly_strategy_events_total{event_name=\"OnHedging\",event_severity=\"Warning\",pipeline_name=\"hedging\",strategy_name=\"Hedging\"}",
            metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_BudgetUsedUp_IsNotHedged()
    {
        await using var silent = await Upstream.StartAsync(AnswerUnlessSilentAsync);
        await using var quick = await Upstream.StartAsync(AnswerAsync);
        using var catalogue = Bert(silent, quick);
        await using var gateway = new RunningGateway(
            catalogue, ("Hedging:Enabled", "true"), ("Retries:BudgetMinimum", "0"), ("Retries:BudgetRatio", "0"), ("Deadlines:Try", "00:00:00.500"));
        await WarmAsync(gateway);

        _isSilent = true;
        for (var i = 0; i < 1000 && !_cancelled.Task.IsCompleted; i++)
        {
            using var answer = await SendAsync(gateway);
        }

        Assert.DoesNotContain("elastic_synapse_gateway_hedges_total{", await gateway.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_HedgingOff_EachRequestIsSentOnce()
    {
        await using var first = await Upstream.StartAsync(CountAsync);
        await using var second = await Upstream.StartAsync(CountAsync);
        using var catalogue = Bert(first, second);
        await using var gateway = new RunningGateway(catalogue);

        for (var i = 0; i < 40; i++)
        {
            using var answer = await SendAsync(gateway);
        }

        Assert.Equal(40, _asked);

        async Task CountAsync(HttpContext context)
        {
            Interlocked.Increment(ref _asked);
            await Task.Delay(TimeSpan.FromMilliseconds(_asked > 20 ? 30 : 1), TimeProvider.System);
            await AnswerAsync(context);
        }
    }

    private static CatalogueFile Bert(Upstream first, Upstream second) => new($$"""
        {"models": {"bert": {"kind": "classifier", "versions": {"1_v1": {"replicas": ["{{first.Address}}", "{{second.Address}}"]} } } } }
        """);

    // Enough answers to know what is slow.
    private static async Task WarmAsync(RunningGateway gateway)
    {
        for (var i = 0; i < 32; i++)
        {
            using var answer = await SendAsync(gateway);
        }
    }

    private static Task<HttpResponseMessage> SendAsync(RunningGateway gateway) =>
        gateway.Client.PostAsync("/classify", new StringContent("""{"text":"x"}""", Encoding.UTF8, "application/json"));

    private static Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync("[]");
    }

    private async Task AnswerUnlessSilentAsync(HttpContext context)
    {
        if (_isSilent)
        {
            context.RequestAborted.Register(() => _cancelled.TrySetResult());
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        }
        await AnswerAsync(context);
    }
}
