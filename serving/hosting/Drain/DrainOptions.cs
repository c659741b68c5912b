using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Serving.Hosting.Drain;

/// <summary>How the service ends on SIGTERM. Bound from "Drain".</summary>
public sealed class DrainOptions
{
    /// <summary>How long /readyz already fails while new requests are still taken, so that load balancers notice first.
    /// Default 0: Kubernetes takes a terminating pod out by itself.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00", ErrorMessage = "must be between 00:00:00 and 00:10:00")]
    public TimeSpan ReadinessDelay { get; set; } = TimeSpan.Zero;

    /// <summary>How long requests in flight may take to finish after that. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ErrorMessage = "must be between 00:00:00 and 01:00:00")]
    public TimeSpan GracePeriod { get; set; } = TimeSpan.FromSeconds(30);
}
