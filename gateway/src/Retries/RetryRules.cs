namespace ElasticSynapse.Gateway.Retries;

/// <summary>Which failures another try may mend.</summary>
internal static class RetryRules
{
    public static TryFailure Judge(int status) => status switch
    {
        StatusCodes.Status429TooManyRequests => TryFailure.Overloaded,
        StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout => TryFailure.Unavailable,
        StatusCodes.Status500InternalServerError => TryFailure.Failed,
        _ => TryFailure.None,
    };

    /// <summary>Whether a request that failed so may be tried again, if time and budget allow.</summary>
    /// <param name="retryAfter">What the replica asked to wait, if it did.</param>
    /// <param name="onAnother">Whether a replica is left that has not been tried.</param>
    public static bool MayRetry(TryFailure failure, TimeSpan? retryAfter, bool onAnother, RetryOptions options) => failure switch
    {
        TryFailure.None or TryFailure.Failed => false,
        // Whoever was silent for so long, or spoke something else, would do so again.
        TryFailure.TimedOut or TryFailure.Garbled => onAnother,
        // Who is overloaded and does not say for how long is left alone.
        TryFailure.Overloaded => retryAfter <= options.MaxRetryAfter,
        // How long it will be away concerns only itself.
        TryFailure.Unavailable => onAnother || (retryAfter ?? TimeSpan.Zero) <= options.MaxRetryAfter,
        _ => true,
    };

    /// <summary>How long to wait before the next try: not at all for another replica, else what the old one asked for, and at
    /// least the doubling, jittered back-off.</summary>
    /// <param name="tries">Tries so far.</param>
    /// <param name="jitter">In [0, 1).</param>
    public static TimeSpan Delay(int tries, TimeSpan? retryAfter, bool onAnother, double jitter, RetryOptions options)
    {
        if (onAnother)
        {
            return TimeSpan.Zero;
        }
        var backOff = options.BaseDelay * (1 << (tries - 1)) * (0.5 + jitter);
        return retryAfter > backOff ? retryAfter.Value : backOff;
    }
}
