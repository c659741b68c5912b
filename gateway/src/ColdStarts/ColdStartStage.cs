using System.Globalization;
using ElasticSynapse.Gateway.Forwarding;
using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Gateway.Requests;
using ElasticSynapse.Gateway.Telemetry;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Gateway.ColdStarts;

/// <summary>Between the caller's limits and the model's: a request for a version without replicas waits for the first one. A
/// client that asked for a stream gets comments meanwhile, so that it stays connected.</summary>
internal sealed class ColdStartStage(
    Stage next, ScaleUps scaleUps, ScaleFromZeroOptions options, StreamingOptions streaming, GatewayMetrics metrics, TimeProvider time)
{
    /// <summary>On every answer to a request that found no replica.</summary>
    public const string Header = "x-cold-start";

    private int _waiting;

    public Task InvokeAsync(HttpContext context, GatewayRequest request) =>
        request.Version.Replicas.IsEmpty ? StartAsync(context, request) : next(context, request);

    private async Task StartAsync(HttpContext context, GatewayRequest request)
    {
        if (!IsWork(context.Request))
        {
            throw NotYet(request.Version, $"is started by the next request that has work for it, which {context.Request.Method} {Excerpt.Of(context.Request.Path.Value ?? "")} has not");
        }
        context.Response.OnStarting(() =>
        {
            context.Response.Headers[Header] = "true";
            return Task.CompletedTask;
        });
        var begun = request.Facts.IsStream || request.Target.Path.EndsWith("_stream", StringComparison.Ordinal) ? new BegunStream(context, request.Target.Errors) : null;
        try
        {
            using (request.Clock.Wait())
            {
                request.Version = await ReplicaAsync(context, request, begun);
            }
            await next(context, request);
        }
        catch (ApiException error) when (begun is { HasBegun: true })
        {
            begun.StatusCode = RequestOutcome.StatusOf(error);
            await begun.TellAsync(error);
        }
        finally
        {
            if (begun is { HasBegun: true })
            {
                request.StatusAfterBeginning = begun.StatusCode;
                await begun.EndAsync();
            }
        }
    }

    private async Task<VersionPool> ReplicaAsync(HttpContext context, GatewayRequest request, BegunStream? stream)
    {
        var version = request.Version;
        var start = time.GetTimestamp();
        var outcome = "failed";
        var starting = scaleUps.StartAsync(version);
        try
        {
            if (Interlocked.Increment(ref _waiting) > options.MaxWaiting)
            {
                outcome = "too_many";
                throw NotYet(version, $"is being started, and {options.MaxWaiting:N0} requests wait for such versions already (ScaleFromZero__MaxWaiting)");
            }
            await starting;
            outcome = "abandoned";
            var left = request.Deadline.Left;
            using var limit = new CancellationTokenSource(left < options.MaxWait ? left : options.MaxWait, time);
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, context.RequestAborted);
            var waiting = scaleUps.HasReplicasAsync(version, ends.Token);
            while (stream is not null && streaming.KeepAlive > TimeSpan.Zero && !await IsDoneAsync(waiting))
            {
                await stream.CommentAsync(context.RequestAborted);
            }
            var started = await waiting;
            outcome = "served";
            return started;
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            outcome = "timed_out";
            throw request.Deadline.HasPassed
                ? request.Deadline.Exceeded($"it waited for the first replica of {version}")
                : NotYet(version, $"is being started, which takes longer than the {options.MaxWait.TotalSeconds:0.###} s that a request may wait (ScaleFromZero__MaxWait)");
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
            metrics.ColdStart(version, outcome, time.GetElapsedTime(start));
        }
    }

    // A probe that asks how a version is must not keep it awake. Behind / and its query gpt-2-cloud-run writes texts.
    private static bool IsWork(HttpRequest request) =>
        !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
        || (HttpMethods.IsGet(request.Method) && request.QueryString.HasValue);

    private async Task<bool> IsDoneAsync(Task waiting)
    {
        await waiting.WaitAsync(streaming.KeepAlive, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return waiting.IsCompleted;
    }

    private static ApiException NotYet(VersionPool version, FormattableString why) =>
        new(ErrorKind.VersionNotReady, $"{version} has no replicas: it {why.ToString(CultureInfo.InvariantCulture)}")
        {
            RetryAfterSeconds = (int)ScaleUps.RepeatAfter.TotalSeconds,
        };
}
