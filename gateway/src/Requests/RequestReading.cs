using System.Globalization;
using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Gateway.Retries;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Gateway.Requests;

/// <summary>First stage: what the path asks for, and the body in memory.</summary>
internal sealed class RequestReading(Stage next, LiveFleet fleet, ReplicaOptions replicas, DeadlineOptions deadlines, TimeProvider time)
{
    public Task InvokeAsync(HttpContext context, GatewayRequest request)
    {
        var incoming = context.Request;
        if (HttpMethods.IsConnect(incoming.Method))
        {
            throw new ApiException(ErrorKind.MethodNotAllowed, "CONNECT can't be forwarded");
        }
        fleet.Current.ThrowIfUnknown();
        // OPTIONS * has none.
        if (!incoming.Path.HasValue || RequestPath.Read(incoming.Path.Value, fleet.Current.Has) is not { } target)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }
        var deadline = RequestDeadline.Of(context, deadlines, time);
        var body = ReadBodyAsync(incoming, request, context.RequestAborted);
        return body.IsCompletedSuccessfully ? GoOn(context, request, target, deadline, body.Result) : WaitAsync(context, request, target, deadline, body);
    }

    private async Task WaitAsync(HttpContext context, GatewayRequest request, RequestTarget target, RequestDeadline deadline, ValueTask<ReadOnlyMemory<byte>> body) =>
        await GoOn(context, request, target, deadline, await body);

    private Task GoOn(HttpContext context, GatewayRequest request, RequestTarget target, RequestDeadline deadline, ReadOnlyMemory<byte> body)
    {
        request.Read(target, deadline, body, BodyFacts.Read(body.Span, replicas.AffinityBytes, target.Path));
        if (target.Path == "/" && context.Request.QueryString.HasValue)
        {
            request.Read(context.Request.QueryString, Asked(request.Facts.Asked, context.Request.Query));
        }
        return next(context, request);
    }

    private static AskedText Asked(AskedText asked, IQueryCollection query) =>
        double.TryParse(query["length"], NumberStyles.Float, CultureInfo.InvariantCulture, out var length) ? asked.With("length", length) : asked;

    private static async ValueTask<ReadOnlyMemory<byte>> ReadBodyAsync(HttpRequest incoming, GatewayRequest request, CancellationToken cancellationToken)
    {
        using var wait = request.Clock.Wait();
        try
        {
            return await RequestBody.ReadAsync(incoming, cancellationToken);
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
