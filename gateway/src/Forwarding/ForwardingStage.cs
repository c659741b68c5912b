using ElasticSynapse.Gateway.Canaries;
using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Gateway.Requests;
using ElasticSynapse.Gateway.Retries;
using ElasticSynapse.Gateway.Shadows;
using ElasticSynapse.Gateway.Telemetry;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace ElasticSynapse.Gateway.Forwarding;

/// <summary>Last stage: chooses a replica, forwards, and tries again elsewhere as long as the client has seen nothing.</summary>
internal sealed partial class ForwardingStage
{
    private static readonly BodyDetection NoBody = new();

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
    private readonly Draws _draws;
    private readonly TimeProvider _time;
    private readonly ForwarderRequestConfig _config;
    private readonly ILogger _logger;

    public ForwardingStage(
        IHttpForwarder forwarder, HttpMessageInvoker connections, GatewayTransformer transformer, ReplicaChoice choice, RetryOptions retries,
        RetryBudget budget, DeadlineOptions deadlines, UpstreamOptions upstreams, ShadowCopies shadows, CanaryGuard canaries,
        GatewayMetrics metrics, Draws draws, TimeProvider time, ILogger<ForwardingStage> logger)
    {
        (_forwarder, _connections, _transformer, _choice, _retries) = (forwarder, connections, transformer, choice, retries);
        (_budget, _deadlines, _shadows, _canaries) = (budget, deadlines, shadows, canaries);
        (_metrics, _draws, _time, _logger) = (metrics, draws, time, logger);
        _config = new ForwarderRequestConfig
        {
            Version = System.Net.HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            ActivityTimeout = upstreams.ActivityTimeout,
        };
    }

    public async Task InvokeAsync(HttpContext context, GatewayRequest request)
    {
        var tries = request.Tries = new RequestTries(request, _retries, _budget, _time);
        // Read by now; GatewayTransformer sends it.
        context.Features.Set<IHttpRequestBodyDetectionFeature>(NoBody);
        _metrics.TriesBegin(request.Version);
        _shadows.Copy(context, request);
        _budget.RequestBegins();
        try
        {
            await TryAsync(context, request, tries);
            while (tries.WillRetry && await HasWaitedAsync(tries, context.RequestAborted))
            {
                await TryAsync(context, request, tries);
            }
            if (tries.Answer is { IsEmpty: false } answer)
            {
                await context.Response.Body.WriteAsync(answer, context.RequestAborted);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone while it was waited for, or written to.
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

    /// <returns>False when the request's time ends before the next try begins.</returns>
    private async Task<bool> HasWaitedAsync(RequestTries tries, CancellationToken cancellationToken)
    {
        if (!await tries.HasBudgetAsync(cancellationToken))
        {
            return false;
        }
        var delay = RetryRules.Delay(tries.Count, tries.RetryAfter, tries.HasAnother, _draws.NextFraction(), _retries);
        var left = tries.Deadline.TimerLeft;
        await Task.Delay(delay < left ? delay : left, _time, cancellationToken);
        return !tries.Deadline.HasPassed;
    }

    private async Task TryAsync(HttpContext context, GatewayRequest request, RequestTries tries)
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
        using var span = GatewaySpans.Try(tries, replica);
        using var untilAnswer = new TryTimer(_deadlines.Try, tries.Deadline, context.RequestAborted);
        tries.Begin(replica, untilAnswer);
        var cost = request.Tokens;
        replica.Begin(cost);
        try
        {
            var error = await _forwarder.SendAsync(context, replica.Prefix, _connections, _config, _transformer, untilAnswer.Token);
            tries.Done(error);
            if (error != ForwarderError.None && !context.RequestAborted.IsCancellationRequested)
            {
                var cause = context.Features.Get<IForwarderErrorFeature>()?.Exception;
                tries.Fail(Classify(error, cause, context, untilAnswer), isFinal: context.Response.HasStarted || tries.Deadline.HasPassed);
                Failed(tries.Count, replica.Authority, tries.Version.ToString(), tries.Failure, cause?.GetBaseException().Message ?? error.ToString());
            }
        }
        finally
        {
            replica.End(cost);
            GatewaySpans.End(span, tries.Failure);
            tries.EndWait();
            if (tries.WillRetry)
            {
                tries.BeginWait();
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

    private static TryFailure Classify(ForwarderError error, Exception? cause, HttpContext context, TryTimer timer) => (error, cause) switch
    {
        _ when timer.HasFired => TryFailure.TimedOut,
        (ForwarderError.RequestTimedOut or ForwarderError.RequestBodyCanceled, _) => TryFailure.TimedOut,
        _ when context.Response.StatusCode == StatusCodes.Status504GatewayTimeout => TryFailure.TimedOut,
        // In the middle of an answer that is held back.
        (ForwarderError.ResponseHeaders, OperationCanceledException) => TryFailure.TimedOut,
        (ForwarderError.Request, HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
        }) => TryFailure.Unreachable,
        (_, HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse }) => TryFailure.Garbled,
        _ => TryFailure.BrokeOff,
    };

    /// <summary>Leaves YARP without a body to copy.</summary>
    private sealed class BodyDetection : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => false;
    }

    [LoggerMessage(LogLevel.Warning, "try {Try} at {Address} of {Version} failed, {Failure}: {Cause}")]
    private partial void Failed(int @try, string address, string version, TryFailure failure, string cause);

    [LoggerMessage(LogLevel.Warning, "the replica at {Address} of {Version} gets no requests for {Seconds} s: {Failure}")]
    private partial void Ejected(string address, string version, double seconds, TryFailure failure);
}
