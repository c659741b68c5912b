using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Gateway.Forwarding;

/// <summary>What is done for streams. Bound from "Streaming".</summary>
internal sealed class StreamingOptions
{
    /// <summary>After so long without a byte from the replica an event stream gets a comment, so that nobody in between takes
    /// the connection for dead. 0 sends none. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ErrorMessage = "must be between 00:00:00 and 01:00:00")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(15);
}
