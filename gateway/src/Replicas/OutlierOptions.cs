using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Gateway.Replicas;

/// <summary>When a replica that fails gets no more requests for a while. Bound from "Outliers".</summary>
internal sealed class OutlierOptions
{
    private const string DurationRule = "must be between 00:00:00.010 and 01:00:00";

    /// <summary>Failures in a row that eject a replica. Default 3: with two to four replicas, statistics over them say nothing.</summary>
    [Range(1, 1000, ErrorMessage = "must be between 1 and 1,000")]
    public int ConsecutiveFailures { get; set; } = 3;

    /// <summary>Share of failures within the window that ejects one too. Default 0.5.</summary>
    [Range(0.01, 1.0, ErrorMessage = "must be between 0.01 and 1")]
    public double FailureRatio { get; set; } = 0.5;

    /// <summary>Requests that the window must hold before the share counts. Default 10.</summary>
    [Range(1, 100_000, ErrorMessage = "must be between 1 and 100,000")]
    public int MinimumRequests { get; set; } = 10;

    /// <summary>Length of that window. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00", ErrorMessage = DurationRule)]
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a first ejection lasts; each further one twice as long. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00", ErrorMessage = DurationRule)]
    public TimeSpan BaseEjection { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest one. Default 2 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00", ErrorMessage = DurationRule)]
    public TimeSpan MaxEjection { get; set; } = TimeSpan.FromMinutes(2);
}
