using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.ModelServer.Generation;

/// <summary>How texts are sent while they are made. Bound from "Streaming".</summary>
internal sealed class StreamingOptions
{
    /// <summary>Tokens of an event or chunk; also read from BATCH_LENGTH. Default: 1 in events, 8 in the plain text of
    /// POST /predict. Text Generation Inference's events always have one.</summary>
    [Range(1, 1_024, ErrorMessage = "must be between 1 and 1,024")]
    public int? BatchLength { get; set; }

    /// <summary>After so long without an event a comment is sent, so that nobody takes the connection for dead. Default 15 s;
    /// 0 sends none.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ErrorMessage = "must be between 00:00:00 and 01:00:00")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(15);
}
