using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>What waits for the model and what runs together. Bound from "Scheduler".</summary>
internal sealed class SchedulerOptions
{
    /// <summary>Sequences decoded together; each holds a slot of the KV cache. Default 16.</summary>
    [Range(1, 1_024, ErrorMessage = "must be between 1 and 1,024")]
    public int MaxSequences { get; set; } = 16;

    /// <summary>Prompt tokens that one run may take between two steps, so that a long prompt can't stall running streams. Part
    /// of what makes a text reproducible: another size may change the last bits of the logits. Default 128.</summary>
    [Range(16, 4_096, ErrorMessage = "must be between 16 and 4,096")]
    public int PrefillChunkTokens { get; set; } = 128;

    /// <summary>Sequences that may wait or run at a time; more are refused with 429. A request counts once for each of its
    /// choices. Default 256.</summary>
    [Range(1, 65_536, ErrorMessage = "must be between 1 and 65,536")]
    public int MaxQueuedSequences { get; set; } = 256;
}
