using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Gateway.Catalogue;

/// <summary>Where the two model services are when no catalogue lists them, and how long any replica may be silent. Bound from "Upstreams".</summary>
internal sealed class UpstreamOptions
{
    /// <summary>Base address of the model-server. Default http://127.0.0.1:8081.</summary>
    [HttpAddress]
    public Uri Generator { get; set; } = new("http://127.0.0.1:8081");

    /// <summary>Base address of the classifier. Default http://127.0.0.1:8082.</summary>
    [HttpAddress]
    public Uri Classifier { get; set; } = new("http://127.0.0.1:8082");

    /// <summary>How long a request may go without a byte in either direction. Must exceed the slowest gap between two
    /// tokens and the longest wait for a first one. Default 100 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00", ErrorMessage = "must be between 00:00:00.100 and 01:00:00")]
    public TimeSpan ActivityTimeout { get; set; } = TimeSpan.FromSeconds(100);
}
