using System.Diagnostics;
using System.Globalization;
using ElasticSynapse.Gateway.Callers;
using ElasticSynapse.Gateway.Requests;
using Yarp.ReverseProxy.Forwarder;

namespace ElasticSynapse.Gateway.Telemetry;

/// <summary>Around all other stages: times a request, counts it, and tells its caller what the gateway added.</summary>
internal sealed class CountedRequests(RequestDelegate next, RequestMetrics metrics, TimeProvider time)
{
    /// <summary>The gateway's own part of the time to the answer's first byte, in milliseconds.</summary>
    public const string OverheadHeader = "x-gateway-overhead-ms";

    private const string Anonymous = "anonymous";

    public async Task InvokeAsync(HttpContext context)
    {
        var clock = new RequestClock(time);
        context.Features.Set(clock);
        context.Response.OnStarting(() =>
        {
            clock.Answer();
            context.Response.Headers[OverheadHeader] = clock.Overhead.TotalMilliseconds.ToString("F3", CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        });
        var (status, brokeOff) = (StatusCodes.Status200OK, false);
        try
        {
            await next(context);
            status = context.Response.StatusCode;
            brokeOff = context.Response.HasStarted && context.Features.Get<IForwarderErrorFeature>() is not null;
        }
        catch (Exception exception)
        {
            status = RequestOutcome.StatusOf(exception);
            throw;
        }
        finally
        {
            var callerGone = context.RequestAborted.IsCancellationRequested;
            var request = context.Features.Get<GatewayRequest>();
            status = request?.StatusAfterBeginning ?? status;
            var outcome = RequestOutcome.Of(status, callerGone, brokeOff && !IsClients(context));
            metrics.Ended(request, context.Features.Get<Caller>()?.Entry.Class ?? Anonymous, status, outcome, clock);
            GatewaySpans.Describe(Activity.Current, context, request, outcome);
        }
    }

    private static bool IsClients(HttpContext context) => context.Features.Get<IForwarderErrorFeature>()?.Error is
        ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient
        or ForwarderError.RequestCanceled or ForwarderError.RequestBodyClient or ForwarderError.RequestBodyCanceled;
}
