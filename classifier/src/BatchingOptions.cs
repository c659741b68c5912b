using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Classifier;

/// <summary>How texts share runs of the model. Bound from "Batching".</summary>
internal sealed class BatchingOptions
{
    /// <summary>Most tokens of a run, padding counted; 0 runs each text by itself. Default 16,384 on CUDA; on a CPU
    /// none, but texts of one length share up to 128 where that leaves their scores as they are.</summary>
    [Range(0, 1_048_576, ErrorMessage = "must be between 0 (each text by itself) and 1,048,576")]
    public int? MaxTokens { get; set; }

    /// <summary>How long a text may wait for others while a run has room. Default 2 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01", ErrorMessage = "must be between 00:00:00 and 00:00:01")]
    public TimeSpan? MaxDelay { get; set; }
}
