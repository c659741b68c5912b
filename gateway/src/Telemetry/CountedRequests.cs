using System.Diagnostics;
using System.Globalization;
using ElasticSynapse.Gateway.Callers;
using ElasticSynapse.Gateway.Forwarding;
using ElasticSynapse.Gateway.Requests;
using ElasticSynapse.Gateway.Versions;
using ElasticSynapse.Serving.Hosting.Errors;
using Yarp.ReverseProxy.Forwarder;

namespace ElasticSynapse.Gateway.Telemetry;

/// <summary>Around all stages: times a request, counts it, and tells its caller what the gateway added.</summary>
internal sealed class CountedRequests(Stage first, RequestMetrics metrics, TimeProvider time)
{
    /// <summary>The gateway's own part of the time to the answer's first byte, in milliseconds.</summary>
    public const string OverheadHeader = "x-gateway-overhead-ms";

    private const string Anonymous = "anonymous";

    public async Task InvokeAsync(HttpContext context)
    {
        var request = new GatewayRequest(new RequestClock(time), context.Features.Get<Caller>());
        context.Features.Set(request);
        context.Response.OnStarting(Answer, context);
        var (status, brokeOff) = (StatusCodes.Status200OK, false);
        try
        {
            await first(context, request);
            status = context.Response.StatusCode;
            brokeOff = context.Response.HasStarted && request.Tries is { Error: not ForwarderError.None };
        }
        catch (Exception exception)
        {
            status = RequestOutcome.StatusOf(exception);
            throw;
        }
        finally
        {
            request.End();
            var callerGone = context.RequestAborted.IsCancellationRequested;
            status = request.StatusAfterBeginning ?? status;
            if (status >= StatusCodes.Status400BadRequest && !callerGone)
            {
                request.GiveBackTokens();
            }
            var outcome = RequestOutcome.Of(status, callerGone, brokeOff && !IsClients(request.Tries.Error));
            metrics.Ended(request, request.Caller?.Entry.Class ?? Anonymous, status, outcome);
            GatewaySpans.Describe(Activity.Current, context, request, outcome);
        }
    }

    private static Task Answer(object state)
    {
        var context = (HttpContext)state;
        var request = GatewayRequest.Of(context);
        request.Clock.Answer();
        var headers = context.Response.Headers;
        headers[OverheadHeader] = request.Clock.Overhead.TotalMilliseconds.ToString("F3", CultureInfo.InvariantCulture);
        if (request.Target is { } target && target.Errors == OpenAiErrors.Format && target.Path.StartsWith("/v1/", StringComparison.Ordinal))
        {
            OpenAiHeaders.Set(headers, request.Clock.Elapsed);
        }
        if (request is { Version: { Model.IsNamed: true } version })
        {
            // Of our own answers too; a replica's own word stands.
            headers.TryAdd(GatewayTransformer.ModelName, version.Model.Name);
            headers.TryAdd(VersionRouting.VersionHeader, version.Version);
        }
        if (request is { IsLimited: true, Caller: { } caller })
        {
            if (context.Response.StatusCode >= StatusCodes.Status400BadRequest)
            {
                // Before it is told what is left.
                request.GiveBackTokens();
            }
            CallerLimits.Tell(headers, caller);
        }
        return Task.CompletedTask;
    }

    private static bool IsClients(ForwarderError error) => error is
        ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient
        or ForwarderError.RequestCanceled or ForwarderError.RequestBodyClient or ForwarderError.RequestBodyCanceled;
}
