using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Gateway.Retries;
using ElasticSynapse.Serving.Hosting.Errors;
using Yarp.ReverseProxy.Forwarder;

namespace ElasticSynapse.Gateway.Forwarding;

/// <summary>What the caller reads when the last try has failed. ForwardingStage has logged why by then, and where the answer had
/// already begun it has cut the client's connection, so that half an answer is not taken for a whole one.</summary>
internal static class ForwardingErrors
{
    private const int ClientClosedRequest = 499;

    /// <summary>Nothing to be done where the last try went well and the answer has begun.</summary>
    public static Task ExplainAsync(HttpContext context, RequestTries tries)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = ClientClosedRequest;
            }
            return Task.CompletedTask;
        }
        if (tries is { Error: ForwarderError.None, WillRetry: false })
        {
            if (TooLongWithOurAdditions(context, tries) is { } tooLong)
            {
                throw tooLong;
            }
            // An answer without a body is still the replica's; unfinished, it would be taken for one that nobody gave.
            return context.Response.HasStarted ? Task.CompletedTask : context.Response.CompleteAsync();
        }
        return context.Response.HasStarted ? Task.CompletedTask : throw Explain(tries);
    }

    // The gateway's headers and its escapes in the path can make a request too long that was just short enough for itself.
    // The replica's Kestrel then answers before anything could word it.
    private static ApiException? TooLongWithOurAdditions(HttpContext context, RequestTries tries) =>
        (context.Response.HasStarted, context.Response.ContentLength, context.Response.StatusCode) switch
        {
            (false, 0, StatusCodes.Status414UriTooLong) =>
                new(ErrorKind.InvalidRequest, $"the request's path and query are longer than {Name(tries)} accepts"),
            (false, 0, StatusCodes.Status431RequestHeaderFieldsTooLarge) =>
                new(ErrorKind.InvalidRequest, $"the request's headers are larger or more than {Name(tries)} accepts"),
            _ => null,
        };

    private static ApiException Explain(RequestTries tries) => tries switch
    {
        { WaitedForBudget: true, Deadline.HasPassed: true } => tries.Deadline.Exceeded(
            $"{What(tries)}, and its next try waited for others to end (Retries__BudgetRatio)"),
        { Deadline.HasPassed: true } => tries.Deadline.Exceeded($"it ended at {Name(tries)}, try {tries.Count}"),
        { Failure: TryFailure.TimedOut } => new(ErrorKind.UpstreamTimeout, What(tries)),
        _ => new(ErrorKind.UpstreamUnavailable, What(tries)),
    };

    private static string What(RequestTries tries) => Name(tries) + tries.Failure switch
    {
        TryFailure.TimedOut => " did not answer in time",
        TryFailure.Unreachable => " can't be reached",
        TryFailure.Overloaded or TryFailure.Unavailable => " could not take it",
        _ => " broke off its answer",
    };

    private static string Name(RequestTries tries) => $"the {tries.Version.Model.Kind.Word()} at {tries.Replica.Authority}";
}
