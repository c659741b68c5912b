using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Gateway.Replicas;

/// <summary>How replicas are watched and chosen. Bound from "Replicas".</summary>
internal sealed class ReplicaOptions
{
    private const string DurationRule = "must be between 00:00:00.010 and 00:10:00";

    /// <summary>How often each replica is asked /readyz, and for its load where the model has more than one. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00", ErrorMessage = DurationRule)]
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long such an answer may take before it counts as not ready. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00", ErrorMessage = DurationRule)]
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Age past which a replica's own report of its load is no longer believed. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00", ErrorMessage = DurationRule)]
    public TimeSpan ReportMaxAge { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes of a prompt's head that decide which generator replica gets it, so that its prefix cache hits.
    /// 0 spreads prompts by load alone. Default 256.</summary>
    [Range(0, 65_536, ErrorMessage = "must be between 0 and 65,536 bytes")]
    public int AffinityBytes { get; set; } = 256;

    /// <summary>How far above the average a replica's running requests may go before a prompt moves on to the next one.
    /// Default 1.25.</summary>
    [Range(1.0, 100.0, ErrorMessage = "must be between 1 and 100")]
    public double AffinityLoadFactor { get; set; } = 1.25;
}
