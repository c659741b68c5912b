using System.Runtime.InteropServices;
using ElasticSynapse.Gateway.Canaries;
using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Gateway.Requests;
using ElasticSynapse.Gateway.Retries;
using ElasticSynapse.Gateway.Shadows;
using ElasticSynapse.Gateway.Telemetry;
using Polly;
using Polly.Retry;
using Yarp.ReverseProxy.Forwarder;

namespace ElasticSynapse.Gateway.Forwarding;

/// <summary>Last stage: chooses a replica, forwards, and tries again elsewhere as long as the client has seen nothing.</summary>
internal sealed partial class ForwardingStage
{
    private readonly IHttpForwarder _forwarder;
    private readonly HttpMessageInvoker _connections;
    private readonly GatewayTransformer _transformer;
    private readonly ReplicaChoice _choice;
    private readonly RetryOptions _retries;
    private readonly RetryBudget _budget;
    private readonly DeadlineOptions _deadlines;
    private readonly ShadowCopies _shadows;
    private readonly CanaryGuard _canaries;
    private readonly GatewayMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ForwarderRequestConfig _config;
    private readonly ResiliencePipeline<RequestTries> _pipeline;
    private readonly ILogger _logger;

    public ForwardingStage(
        IHttpForwarder forwarder, HttpMessageInvoker connections, GatewayTransformer transformer, ReplicaChoice choice, RetryOptions retries,
        RetryBudget budget, DeadlineOptions deadlines, UpstreamOptions upstreams, ShadowCopies shadows, CanaryGuard canaries,
        GatewayMetrics metrics, Draws draws, TimeProvider time, ILogger<ForwardingStage> logger)
    {
        (_forwarder, _connections, _transformer, _choice, _retries) = (forwarder, connections, transformer, choice, retries);
        (_budget, _deadlines, _shadows, _canaries) = (budget, deadlines, shadows, canaries);
        (_metrics, _time, _logger) = (metrics, time, logger);
        _config = new ForwarderRequestConfig
        {
            Version = System.Net.HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            ActivityTimeout = upstreams.ActivityTimeout,
        };
        _pipeline = Retrying(retries, draws, time);
    }

    public async Task InvokeAsync(HttpContext context)
    {
        var request = GatewayRequest.Of(context);
        var tries = new RequestTries(request.Version, request.Deadline, _retries, _budget, _time);
        using var overall = new CancellationTokenSource(request.Deadline.Left > TimeSpan.Zero ? request.Deadline.Left : TimeSpan.Zero, _time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, overall.Token);
        context.Features.Set(tries);
        _metrics.TriesBegin(request.Version);
        _shadows.Copy(context, request);
        _budget.RequestBegins();
        try
        {
            await _pipeline.ExecuteAsync(
                static async (state, cancellationToken) =>
                {
                    await state.Stage.TryAsync(state.Context, state.Request, state.Tries, cancellationToken);
                    return state.Tries;
                },
                (Stage: this, Context: context, Request: request, Tries: tries),
                ends.Token);
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            // While waiting for the next try.
        }
        finally
        {
            if (tries.IsDenied)
            {
                _metrics.RetryDenied(request.Version);
            }
            tries.End();
            _budget.RequestEnds();
        }
        await ForwardingErrors.ExplainAsync(context, tries);
    }

    private async Task TryAsync(HttpContext context, GatewayRequest request, RequestTries tries, CancellationToken cancellationToken)
    {
        if (tries.Count > 0)
        {
            tries.EndWait();
            _metrics.Retried(request.Version, tries.Failure);
            context.Response.Clear();
            context.Features.Set<IForwarderErrorFeature>(null);
        }
        var affinity = request.Version.Model.Kind == ModelKind.Generator ? request.Facts.PromptHead : null;
        var replica = _choice.Choose(request.Version.Replicas, tries.Tried, affinity)!;
        if (request.Body.Length > 0)
        {
            context.Request.Body = Stream(request.Body);
        }
        using var span = GatewaySpans.Try(tries, replica);
        using var aTry = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var untilAnswer = new TryTimer(aTry, _deadlines.Try, _time);
        tries.Begin(replica, untilAnswer);
        var cost = request.Tokens;
        replica.Begin(cost);
        try
        {
            var error = await _forwarder.SendAsync(context, replica.Prefix, _connections, _config, _transformer, aTry.Token);
            if (error != ForwarderError.None && !context.RequestAborted.IsCancellationRequested)
            {
                tries.Fail(Classify(context, untilAnswer), isFinal: context.Response.HasStarted || tries.Deadline.HasPassed);
            }
        }
        finally
        {
            replica.End(cost);
            GatewaySpans.End(span, tries.Failure);
            tries.EndWait();
            if (tries.WillRetry)
            {
                tries.BeginWait(RequestClock.Of(context));
            }
        }
        Judge(context, tries, replica);
    }

    private void Judge(HttpContext context, RequestTries tries, Replica replica)
    {
        // A replica that is overloaded says so and is not broken; a request that ran out of its own time blames nobody.
        if (context.RequestAborted.IsCancellationRequested || tries.Failure == TryFailure.Overloaded || tries.Deadline.HasPassed)
        {
            return;
        }
        _canaries.Observe(tries.Version, tries.Failure != TryFailure.None, tries.FirstToken);
        if (tries.Failure == TryFailure.None)
        {
            replica.Outlier.Succeeded();
            return;
        }
        var mayEject = false;
        foreach (var other in tries.Version.Replicas)
        {
            mayEject |= other != replica && other.IsAvailable;
        }
        if (replica.Outlier.Failed(tries.Failure == TryFailure.Unreachable, mayEject) is { } duration)
        {
            _metrics.Ejected(tries.Version, replica, tries.Failure);
            Ejected(replica.Authority, tries.Version.ToString(), duration.TotalSeconds, tries.Failure);
        }
    }

    private static TryFailure Classify(HttpContext context, TryTimer timer)
    {
        var failure = context.Features.Get<IForwarderErrorFeature>();
        return failure switch
        {
            _ when timer.HasFired => TryFailure.TimedOut,
            { Error: ForwarderError.RequestTimedOut or ForwarderError.RequestBodyCanceled } => TryFailure.TimedOut,
            _ when context.Response.StatusCode == StatusCodes.Status504GatewayTimeout => TryFailure.TimedOut,
            {
                Error: ForwarderError.Request,
                Exception: HttpRequestException
                {
                    HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
                },
            } => TryFailure.Unreachable,
            { Exception: HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } } => TryFailure.Garbled,
            _ => TryFailure.BrokeOff,
        };
    }

    private static MemoryStream Stream(ReadOnlyMemory<byte> body) =>
        MemoryMarshal.TryGetArray(body, out var segment) ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false) : new MemoryStream(body.ToArray());

    private static ResiliencePipeline<RequestTries> Retrying(RetryOptions options, Draws draws, TimeProvider time)
    {
        var pipeline = new ResiliencePipelineBuilder<RequestTries> { TimeProvider = time };
        if (options.MaxTries > 1)
        {
            pipeline.AddRetry(new RetryStrategyOptions<RequestTries>
            {
                MaxRetryAttempts = options.MaxTries - 1,
                ShouldHandle = tried => ValueTask.FromResult(tried.Outcome.Result is { WillRetry: true }),
                DelayGenerator = tried => ValueTask.FromResult<TimeSpan?>(tried.Outcome.Result is { } tries
                    ? RetryRules.Delay(tries.Count, tries.RetryAfter, tries.HasAnother, draws.NextFraction(), options)
                    : null),
            });
        }
        return pipeline.Build();
    }

    [LoggerMessage(LogLevel.Warning, "the replica at {Address} of {Version} gets no requests for {Seconds} s: {Failure}")]
    private partial void Ejected(string address, string version, double seconds, TryFailure failure);
}
