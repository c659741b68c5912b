using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Serving.Hosting.Requests;

/// <summary>Limits on what a caller may send. Bound from "Http".</summary>
public sealed class HttpOptions
{
    /// <summary>Largest request body in bytes. Default 4 MiB: a full context of text is a few kilobytes.</summary>
    [Range(1024, 256 * 1024 * 1024, ErrorMessage = "must be between 1,024 and 268,435,456 bytes")]
    public int MaxRequestBodyBytes { get; set; } = 4 * 1024 * 1024;
}
