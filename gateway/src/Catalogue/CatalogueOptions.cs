using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Gateway.Catalogue;

/// <summary>The file that lists models, versions and replicas. Bound from "Catalogue".</summary>
internal sealed class CatalogueOptions
{
    /// <summary>Path of the catalogue, a JSON file; read again whenever it changes. Default: none, Upstreams say where the
    /// two services are.</summary>
    public string? File { get; set; }

    /// <summary>How often the file is looked at. Default 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00", ErrorMessage = "must be between 00:00:00.010 and 00:01:00")]
    public TimeSpan ReloadInterval { get; set; } = TimeSpan.FromMilliseconds(500);
}
