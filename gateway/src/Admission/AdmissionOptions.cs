using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Gateway.Admission;

/// <summary>How many requests run and wait. Bound from "Admission".</summary>
internal sealed class AdmissionOptions
{
    private const string CountRule = "must be between 1 and 1,000,000";

    /// <summary>Requests of one model that run at a time, streams included. Default 1,024.</summary>
    [Range(1, 1_000_000, ErrorMessage = CountRule)]
    public int MaxRunning { get; set; } = 1024;

    /// <summary>Of these, requests of one caller. Default 1,024.</summary>
    [Range(1, 1_000_000, ErrorMessage = CountRule)]
    public int MaxRunningPerCaller { get; set; } = 1024;

    /// <summary>Requests of one model that wait for their turn. Default 1,024.</summary>
    [Range(0, 1_000_000, ErrorMessage = "must be between 0 and 1,000,000")]
    public int MaxQueued { get; set; } = 1024;

    /// <summary>Of these, requests of one caller. Default 256.</summary>
    [Range(0, 1_000_000, ErrorMessage = "must be between 0 and 1,000,000")]
    public int MaxQueuedPerCaller { get; set; } = 256;

    /// <summary>How long one may wait. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00", ErrorMessage = "must be between 00:00:00.010 and 01:00:00")]
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(30);
}
