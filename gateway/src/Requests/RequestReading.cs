using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Gateway.Retries;
using ElasticSynapse.Gateway.Telemetry;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Gateway.Requests;

/// <summary>First stage: what the path asks for, and the body in memory.</summary>
internal sealed class RequestReading(
    RequestDelegate next, LiveFleet fleet, ReplicaOptions replicas, DeadlineOptions deadlines, TimeProvider time)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (HttpMethods.IsConnect(request.Method))
        {
            throw new ApiException(ErrorKind.MethodNotAllowed, "CONNECT can't be forwarded");
        }
        // OPTIONS * has none.
        if (!request.Path.HasValue || RequestPath.Read(request.Path.Value, fleet.Current.Has) is not { } target)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        var deadline = RequestDeadline.Of(context, deadlines, time);
        ReadOnlyMemory<byte> body;
        using (RequestClock.Of(context).Wait())
        {
            body = await ReadBodyAsync(request, context.RequestAborted);
        }
        var facts = BodyFacts.Read(body.Span, replicas.AffinityBytes, target.Path == "/predict", target.Path == "/");
        context.Features.Set(new GatewayRequest(target, deadline, body, facts));
        await next(context);
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await RequestBody.ReadAsync(request, cancellationToken);
        }
        catch (BadHttpRequestException)
        {
            // Kestrel says what is wrong, and BodyLimit has more to do.
            throw;
        }
        catch (IOException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(ErrorKind.InvalidRequest, "the request body broke off before its end", innerException: exception);
        }
    }
}
