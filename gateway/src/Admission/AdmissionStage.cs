using ElasticSynapse.Gateway.Requests;
using ElasticSynapse.Gateway.Telemetry;

namespace ElasticSynapse.Gateway.Admission;

/// <summary>Fourth stage: waits for the request's turn at its model.</summary>
internal sealed class AdmissionStage(RequestDelegate next, ModelGates gates, GatewayMetrics metrics, RequestMetrics requests, TimeProvider time)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var request = GatewayRequest.Of(context);
        var gate = gates.Of(request.Version.Model.Name);
        // Without keys, whoever shares an address shares its turns.
        var caller = context.User.Identity?.Name ?? context.Connection.RemoteIpAddress?.ToString() ?? "";
        await EnterAsync(gate, caller, request, context);
        try
        {
            await next(context);
        }
        finally
        {
            gate.Leave(caller);
        }
    }

    private async Task EnterAsync(ModelGate gate, string caller, GatewayRequest request, HttpContext context)
    {
        using var wait = RequestClock.Of(context).Wait();
        using var span = GatewaySpans.Queue(request.Version);
        var start = time.GetTimestamp();
        try
        {
            await gate.EnterAsync(caller, request.Deadline.Left, context.RequestAborted);
        }
        catch (AdmissionException refusal)
        {
            if (refusal.Reason == ModelGate.DeadlineReason)
            {
                throw request.Deadline.Exceeded($"it waited for its turn at {request.Version.Model.Name}");
            }
            metrics.Refused(refusal.Reason);
            RefusalReason.Set(context, refusal.Reason);
            throw refusal.Error;
        }
        finally
        {
            requests.Queued(request.Version, time.GetElapsedTime(start));
        }
    }
}
