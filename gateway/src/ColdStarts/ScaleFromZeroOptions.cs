using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Gateway.ColdStarts;

/// <summary>How requests wait for a version without replicas whose Deployment the gateway scales up. Bound from "ScaleFromZero".</summary>
internal sealed class ScaleFromZeroOptions
{
    /// <summary>How long a request waits for the first replica. Default 2 min: a pod starts and reads its weights.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00", ErrorMessage = "must be between 00:00:00.010 and 01:00:00")]
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Requests that wait at a time, over all versions; 0 lets none wait, but starts the version. Default 256.</summary>
    [Range(0, 1_000_000, ErrorMessage = "must be between 0 and 1,000,000")]
    public int MaxWaiting { get; set; } = 256;
}
