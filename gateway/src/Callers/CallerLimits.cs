using System.Globalization;
using ElasticSynapse.Gateway.Requests;
using ElasticSynapse.Serving.Hosting.Admission;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Gateway.Callers;

/// <summary>Third stage: what this caller may use, and how much of it. Says what is left as OpenAI does.</summary>
internal sealed class CallerLimits(Stage next, GatewayMetrics metrics)
{
    private static readonly LimitHeaders OfRequests = new("requests");
    private static readonly LimitHeaders OfTokens = new("tokens");

    // OpenAI's SDKs give up at once when told to wait longer.
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(WorkRate.MaxRetryAfterSeconds);

    /// <summary>What an answer may say of its caller's limits.</summary>
    public static IEnumerable<string> Headers => [.. OfRequests.All, .. OfTokens.All];

    public Task InvokeAsync(HttpContext context, GatewayRequest request)
    {
        if (request.Caller is not { } caller)
        {
            return next(context, request);
        }
        var model = request.Version.Model;
        if (!caller.MayUse(model.Name))
        {
            var allowed = string.Join(", ", caller.Entry.Models.Select(name => $"'{name}'"));
            throw model.IsNamed
                ? new ApiException(ErrorKind.PermissionDenied, $"the caller {caller.Name} may not use the model '{model.Name}'; it may use {allowed}", "model")
                : new ApiException(ErrorKind.NotReady, $"the {model.Name} has not said yet which model it serves; the caller {caller.Name} may use {allowed}") { RetryAfterSeconds = 1 };
        }
        request.IsLimited = true;
        Take(context, caller, request);
        request.Counted();
        return next(context, request);
    }

    /// <summary>Says in an answer's headers what is left.</summary>
    public static void Tell(IHeaderDictionary headers, Caller caller)
    {
        OfRequests.Tell(headers, caller.Requests);
        OfTokens.Tell(headers, caller.Tokens);
    }

    private void Take(HttpContext context, Caller caller, GatewayRequest request)
    {
        var tokens = TokensOf(context, caller, request);
        if (caller.Requests?.Take(1) is { } requestsAfter)
        {
            throw Refuse(context, "caller_requests", ErrorKind.RateLimitExceeded, requestsAfter,
                $"the caller {caller.Name} may send {caller.Requests.Limit:N0} requests a minute");
        }
        if (caller.Tokens?.Take(tokens) is { } tokensAfter)
        {
            caller.Requests?.Return(1);
            throw Refuse(context, "caller_tokens", ErrorKind.TokenLimitExceeded, tokensAfter,
                $"the request may take {tokens:N0} tokens; the caller {caller.Name} may use {caller.Tokens.Limit:N0} a minute, and {caller.Tokens.State.Remaining:N0} are left");
        }
        if (!caller.TryBegin())
        {
            caller.Requests?.Return(1);
            caller.Tokens?.Return(tokens);
            throw Refuse(context, "caller_concurrency", ErrorKind.RateLimitExceeded, TimeSpan.FromSeconds(1),
                $"the caller {caller.Name} may have {caller.Entry.Concurrency:N0} requests running at a time");
        }
        if (caller.Tokens is not null)
        {
            request.Charged(tokens);
        }
    }

    // As OpenAI, who refuses what could never be served; but nobody is refused for a length that only its API chose.
    private long TokensOf(HttpContext context, Caller caller, GatewayRequest request)
    {
        var tokens = request.Tokens;
        if (caller.Tokens is not { } bucket || tokens <= bucket.Limit)
        {
            return tokens;
        }
        if (request.Facts.Asked.Length is null && request.PromptTokens <= bucket.Limit)
        {
            return bucket.Limit;
        }
        context.Response.OnStarting(() =>
        {
            context.Response.Headers["x-should-retry"] = "false";
            return Task.CompletedTask;
        });
        throw Refuse(context, "caller_tokens", ErrorKind.TokenLimitExceeded, LongestRetryAfter,
            $"the request may take {tokens:N0} tokens, more than the {bucket.Limit:N0} that the caller {caller.Name} may use in a minute: it needs a shorter prompt, or a smaller max_tokens or n");
    }

    private ApiException Refuse(HttpContext context, string reason, ErrorKind kind, TimeSpan after, FormattableString message)
    {
        metrics.Refused(reason);
        RefusalReason.Set(context, reason);
        return new ApiException(kind, message.ToString(CultureInfo.InvariantCulture))
        {
            RetryAfterSeconds = (int)Math.Clamp(Math.Ceiling(after.TotalSeconds), 1, LongestRetryAfter.TotalSeconds),
        };
    }
}
