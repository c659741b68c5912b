using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Gateway.Retries;

/// <summary>How often and how fast a request is tried again. Bound from "Retries".</summary>
internal sealed class RetryOptions
{
    /// <summary>Tries of one request, the first included. 1 is no retries. Default 3.</summary>
    [Range(1, 10, ErrorMessage = "must be between 1 and 10")]
    public int MaxTries { get; set; } = 3;

    /// <summary>Wait before a first retry on the same replica; doubled for the next, and jittered. Another replica is tried
    /// at once. Default 25 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10", ErrorMessage = "must be between 00:00:00 and 00:00:10")]
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromMilliseconds(25);

    /// <summary>The longest Retry-After that is waited for here; a longer one is the caller's to wait. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00", ErrorMessage = "must be between 00:00:00 and 00:01:00")]
    public TimeSpan MaxRetryAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Retries under way, as a share of the requests under way, that are not exceeded: further ones wait for these to end.
    /// Default 0.2.</summary>
    [Range(0.0, 1.0, ErrorMessage = "must be between 0 and 1")]
    public double BudgetRatio { get; set; } = 0.2;

    /// <summary>Retries that are always allowed, however few requests are under way. Default 3.</summary>
    [Range(0, 10_000, ErrorMessage = "must be between 0 and 10,000")]
    public int BudgetMinimum { get; set; } = 3;
}
