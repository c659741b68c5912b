using System.Runtime.ExceptionServices;
using ElasticSynapse.Serving.Hosting.Errors;
using Yarp.ReverseProxy.Forwarder;

namespace ElasticSynapse.Gateway.Forwarding;

/// <summary>Turns YARP's failures into the error envelope. YARP has logged them by then, and where the answer had
/// already begun it has cut the client's connection, so that half an answer is not taken for a whole one.</summary>
internal static class ForwardingErrors
{
    private const int ClientClosedRequest = 499;

    public static async Task ExplainAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);

        if (context.Features.Get<IForwarderErrorFeature>() is not { } failure)
        {
            if (TooLongWithOurAdditions(context) is { } tooLong)
            {
                throw tooLong;
            }
            // An answer without a body is still the upstream's; unfinished, it would be taken for one that nobody gave.
            await context.Response.CompleteAsync();
            return;
        }
        if (context.Response.HasStarted)
        {
            return;
        }
        if (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = ClientClosedRequest;
            return;
        }
        if (failure.Error == ForwarderError.RequestBodyClient && RefusalByServer(failure.Exception) is { } refusal)
        {
            // Such as 413: the defaults word these for every service alike.
            ExceptionDispatchInfo.Throw(refusal);
        }
        throw Explain(failure, context.Response.StatusCode, Upstream(context));
    }

    // The gateway's headers and its escapes in the path can make a request too long that was just short enough for itself.
    // The upstream's Kestrel then answers before anything could word it.
    private static ApiException? TooLongWithOurAdditions(HttpContext context) =>
        (context.Response.HasStarted, context.Response.ContentLength, context.Response.StatusCode) switch
        {
            (false, 0, StatusCodes.Status414UriTooLong) =>
                new(ErrorKind.InvalidRequest, $"the request's path and query are longer than {Upstream(context)} accepts"),
            (false, 0, StatusCodes.Status431RequestHeaderFieldsTooLarge) =>
                new(ErrorKind.InvalidRequest, $"the request's headers are larger or more than {Upstream(context)} accepts"),
            _ => null,
        };

    // YARP tells a timeout from other failures in the status that it sets.
    private static ApiException Explain(IForwarderErrorFeature failure, int status, string upstream) => (failure.Error, status) switch
    {
        (ForwarderError.RequestCreation, _) when failure.Exception is NotSupportedException =>
            new(ErrorKind.MethodNotAllowed, "CONNECT can't be forwarded"),
        (ForwarderError.RequestBodyClient, _) =>
            new(ErrorKind.InvalidRequest, "the request body broke off before its end"),
        (ForwarderError.RequestTimedOut or ForwarderError.RequestBodyCanceled, _) or (_, StatusCodes.Status504GatewayTimeout) =>
            new(ErrorKind.UpstreamTimeout, $"{upstream} did not answer in time"),
        (ForwarderError.Request, _) when failure.Exception is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
        } => new(ErrorKind.UpstreamUnavailable, $"{upstream} can't be reached"),
        _ => new(ErrorKind.UpstreamUnavailable, $"{upstream} broke off its answer"),
    };

    private static string Upstream(HttpContext context)
    {
        var proxy = context.GetReverseProxyFeature();
        var address = proxy.ProxiedDestination?.Model.Config.Address.TrimEnd('/');
        return $"the {proxy.Cluster.Config.ClusterId} at {address}";
    }

    private static BadHttpRequestException? RefusalByServer(Exception? exception) => exception switch
    {
        BadHttpRequestException refusal => refusal,
        AggregateException aggregate => aggregate.InnerExceptions.Select(RefusalByServer).FirstOrDefault(found => found is not null),
        _ => null,
    };
}
