using ElasticSynapse.Gateway.Requests;
using ElasticSynapse.Gateway.Telemetry;

namespace ElasticSynapse.Gateway.Admission;

/// <summary>Fourth stage: waits for the request's turn at its model.</summary>
internal sealed class AdmissionStage(Stage next, ModelGates gates, GatewayMetrics metrics, RequestMetrics requests, TimeProvider time)
{
    public Task InvokeAsync(HttpContext context, GatewayRequest request)
    {
        var gate = gates.Of(request.Version.Model.Name);
        // Without keys, whoever shares an address shares its turns.
        var caller = request.Caller?.Name ?? context.Connection.RemoteIpAddress?.ToString() ?? "";
        var entering = EnterAsync(gate, caller, request, context);
        return entering.IsCompletedSuccessfully ? GoOn(context, request, gate, caller) : WaitAsync(entering, context, request, gate, caller);
    }

    private async Task WaitAsync(Task entering, HttpContext context, GatewayRequest request, ModelGate gate, string caller)
    {
        await entering;
        await GoOn(context, request, gate, caller);
    }

    private Task GoOn(HttpContext context, GatewayRequest request, ModelGate gate, string caller)
    {
        request.HasTurn(gate, caller);
        return next(context, request);
    }

    private async Task EnterAsync(ModelGate gate, string caller, GatewayRequest request, HttpContext context)
    {
        using var wait = request.Clock.Wait();
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
