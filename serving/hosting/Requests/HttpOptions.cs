using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Serving.Hosting.Requests;

/// <summary>Limits on what a caller may send. Bound from "Http".</summary>
public sealed class HttpOptions
{
    /// <summary>In which a body may be slower: enough for a connection to get going.</summary>
    internal static readonly TimeSpan BodyGracePeriod = TimeSpan.FromSeconds(5);

    /// <summary>Largest request body in bytes. Default 4 MiB: a full context of text is a few kilobytes.</summary>
    [Range(1024, 256 * 1024 * 1024, ErrorMessage = "must be between 1,024 and 268,435,456 bytes")]
    public int MaxRequestBodyBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Slowest that a body may arrive, in bytes a second, after its first five seconds. 0 lets it take any time.
    /// Default 240.</summary>
    [Range(0, 1_000_000_000, ErrorMessage = "must be between 0 and 1,000,000,000 bytes a second")]
    public int MinRequestBodyBytesPerSecond { get; set; } = 240;

    /// <summary>Largest headers of a request together, in bytes; its first line may have 8 KiB of its own. Default 32 KiB.</summary>
    [Range(1024, 16 * 1024 * 1024, ErrorMessage = "must be between 1,024 and 16,777,216 bytes")]
    public int MaxRequestHeaderBytes { get; set; } = 32 * 1024;

    /// <summary>How long the headers of a request may take to arrive. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00", ErrorMessage = "must be between 00:00:00.100 and 00:10:00")]
    public TimeSpan RequestHeadersTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
