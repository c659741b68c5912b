using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Gateway.Retries;
using ElasticSynapse.Gateway.Telemetry;
using Polly;
using Polly.Hedging;

namespace ElasticSynapse.Gateway.Hedging;

/// <summary>Sends a try to a second replica when the first has not answered in time; who answers first is heard, the other is
/// cancelled. A second request counts as a retry in the budget.</summary>
/// <remarks>Dean and Barroso, "The Tail at Scale", 2013.</remarks>
internal sealed class HedgingHandler : HttpMessageHandler
{
    private static readonly ResiliencePropertyKey<Running> RunningKey = new("running");

    private readonly HttpMessageInvoker _connections;
    private readonly ReplicaChoice _choice;
    private readonly RetryBudget _budget;
    private readonly GatewayMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;

    public HedgingHandler(HttpMessageInvoker connections, ReplicaChoice choice, RetryBudget budget, GatewayMetrics metrics, ResilienceEvents events, TimeProvider time)
    {
        (_connections, _choice, _budget, _metrics, _time) = (connections, choice, budget, metrics, time);
        _pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { Name = "hedging", TimeProvider = time, TelemetryListener = events }
            .AddHedging(new HedgingStrategyOptions<HttpResponseMessage>
            {
                MaxHedgedAttempts = 1,
                // While one has failed the other may still answer.
                ShouldHandle = tried => ValueTask.FromResult(tried.Outcome.Result is { } answer
                    ? RetryRules.Judge((int)answer.StatusCode) != TryFailure.None
                    : tried.Outcome.Exception is HttpRequestException or IOException),
                DelayGenerator = slow => ValueTask.FromResult(Of(slow.Context).Hedge.Delay),
                ActionGenerator = second => Second(Of(second.PrimaryContext), second.ActionContext.CancellationToken),
            })
            .Build();
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.Options.TryGetValue(Hedge.Key, out var hedge))
        {
            return await _connections.SendAsync(request, cancellationToken);
        }
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        var running = new Running(request, hedge, _time.GetTimestamp());
        context.Properties.Set(RunningKey, running);
        try
        {
            var answer = await _pipeline.ExecuteAsync(
                static async (context, handler) => await handler._connections.SendAsync(Of(context).Request, context.CancellationToken), context, this);
            if (running.Other is { } other)
            {
                var won = ReferenceEquals(answer, running.Second);
                _metrics.Hedged(hedge.Version, won ? "won" : "lost");
                if (won)
                {
                    hedge.Won(other);
                }
            }
            return answer;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static Running Of(ResilienceContext context) => context.Properties.GetValue(RunningKey, null!);

    private Func<ValueTask<Outcome<HttpResponseMessage>>>? Second(Running running, CancellationToken cancellationToken)
    {
        // A first replica that failed at once is the retries' to deal with.
        var isSlow = _time.GetElapsedTime(running.Began) >= running.Hedge.Delay;
        if (!isSlow || running.Hedge.Another(_choice) is not { } other || !_budget.TryBeginRetry())
        {
            return null;
        }
        running.Other = other;
        return async () =>
        {
            var tokens = running.Hedge.Tokens;
            other.Begin(tokens);
            try
            {
                running.Second = await _connections.SendAsync(running.Hedge.For(other, running.Request), cancellationToken);
                return Outcome.FromResult(running.Second);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
            {
                return Outcome.FromException<HttpResponseMessage>(exception);
            }
            finally
            {
                other.End(tokens);
                _budget.RetryEnds();
            }
        };
    }

    private sealed class Running(HttpRequestMessage request, Hedge hedge, long began)
    {
        public HttpRequestMessage Request { get; } = request;

        public Hedge Hedge { get; } = hedge;

        public long Began { get; } = began;

        public Replica? Other { get; set; }

        public HttpResponseMessage? Second { get; set; }
    }
}
