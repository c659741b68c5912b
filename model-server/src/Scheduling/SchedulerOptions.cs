using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>What waits for the model. Bound from "Scheduler".</summary>
internal sealed class SchedulerOptions
{
    /// <summary>Sequences that may wait or run at a time; more are refused with 429. A request counts once for each of its
    /// choices. Default 256.</summary>
    [Range(1, 65_536, ErrorMessage = "must be between 1 and 65,536")]
    public int MaxQueuedSequences { get; set; } = 256;
}
