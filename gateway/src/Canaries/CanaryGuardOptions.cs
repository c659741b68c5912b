using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Gateway.Canaries;

/// <summary>When a version labelled canary, held against the one labelled stable, loses its weight. Bound from "CanaryGuard".</summary>
internal sealed class CanaryGuardOptions
{
    /// <summary>Whether canaries are held against stable at all. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Requests that each of the two must have had within the window. Default 50.</summary>
    [Range(1, 1_000_000, ErrorMessage = "must be between 1 and 1,000,000")]
    public int MinimumRequests { get; set; } = 50;

    /// <summary>How much higher the canary's share of failures may be: 0.1 allows 12 % beside stable's 2 %. Default 0.1.</summary>
    [Range(0.0, 1.0, ErrorMessage = "must be between 0 and 1")]
    public double ErrorRateMargin { get; set; } = 0.1;

    /// <summary>How much longer the canary may take to its first token, as a share of stable's time: 0.5 allows 300 ms beside
    /// 200 ms. Default 0.5.</summary>
    [Range(0.0, 1000.0, ErrorMessage = "must be between 0 and 1,000")]
    public double FirstTokenMargin { get; set; } = 0.5;

    /// <summary>How far back requests count. Default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "must be between 00:00:01 and 1.00:00:00")]
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(5);
}
