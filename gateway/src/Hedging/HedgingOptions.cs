using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Gateway.Hedging;

/// <summary>Whether a second replica of a classifier is asked when the first is slow. Bound from "Hedging".</summary>
internal sealed class HedgingOptions
{
    /// <summary>Whether to: after the time in which the version's last answers came in 95 of 100 cases. Default false.</summary>
    public bool Enabled { get; set; }

    /// <summary>No sooner than this, however fast answers have been. Default 10 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00", ErrorMessage = "must be between 00:00:00.001 and 00:01:00")]
    public TimeSpan MinimumDelay { get; set; } = TimeSpan.FromMilliseconds(10);
}
