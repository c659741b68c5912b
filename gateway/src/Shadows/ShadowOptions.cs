using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Gateway.Shadows;

/// <summary>Bounds of the copies that shadow versions get; the catalogue says which share. Bound from "Shadow".</summary>
internal sealed class ShadowOptions
{
    /// <summary>Copies that run at a time; further ones are left out. Default 64.</summary>
    [Range(1, 100_000, ErrorMessage = "must be between 1 and 100,000")]
    public int MaxRunning { get; set; } = 64;

    /// <summary>Largest body that is copied. Default 256 KiB.</summary>
    [Range(1, 256 * 1024 * 1024, ErrorMessage = "must be between 1 and 268,435,456 bytes")]
    public int MaxBodyBytes { get; set; } = 256 * 1024;

    /// <summary>How long a copy may run. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00", ErrorMessage = "must be between 00:00:00.010 and 01:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(1);
}
