using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>What waits for the model and what runs together. Bound from "Scheduler".</summary>
internal sealed class SchedulerOptions
{
    /// <summary>For <see cref="MaxSequences"/>: as many as fit the machine.</summary>
    public const string Auto = "auto";

    /// <summary>Sequences decoded together; each holds a slot of the KV cache. From 1 to 1,024, or <c>auto</c>: as many as half
    /// of the memory that the weights leave can hold, at most 64. Default 16.</summary>
    [RegularExpression("^(auto|102[0-4]|10[01][0-9]|[1-9][0-9]{0,2})$", ErrorMessage = "must be between 1 and 1,024, or auto")]
    public string MaxSequences { get; set; } = "16";

    /// <summary>Prompt tokens that one run may take between two steps, so that a long prompt can't stall running streams. Part
    /// of what makes a text reproducible: another size may change the last bits of the logits. Default 128.</summary>
    [Range(16, 4_096, ErrorMessage = "must be between 16 and 4,096")]
    public int PrefillChunkTokens { get; set; } = 128;

    /// <summary>How many sequences' worth of prompts the prefix cache keeps in memory, in chunks of
    /// <see cref="PrefillChunkTokens"/>; 0 turns it off. Default 4.</summary>
    [Range(0, 1_024, ErrorMessage = "must be between 0 and 1,024")]
    public int PrefixCacheSequences { get; set; } = 4;

    /// <summary>Tokens that a single greedy sequence may guess ahead from its own text and verify in one run, where that is
    /// faster; 0 turns it off. The text is the same. Default 4.</summary>
    [Range(0, 15, ErrorMessage = "must be between 0 and 15")]
    public int DraftTokens { get; set; } = 4;

    /// <summary>Sequences that may wait or run at a time; more are refused with 429. A request counts once for each of its
    /// choices or beams. Default 256.</summary>
    [Range(1, 65_536, ErrorMessage = "must be between 1 and 65,536")]
    public int MaxQueuedSequences { get; set; } = 256;

    /// <summary>Tokens that may wait or run at a time, prompts and the most that may be generated; more are refused with 429.
    /// Default 262,144.</summary>
    [Range(1, 1_000_000_000, ErrorMessage = "must be between 1 and 1,000,000,000")]
    public int MaxQueuedTokens { get; set; } = 262_144;

    /// <summary>The number of sequences, for a machine and a model.</summary>
    /// <param name="slotBytes">What a slot takes.</param>
    /// <param name="freeBytes">What the weights leave.</param>
    public int Sequences(long slotBytes, long freeBytes) => MaxSequences == Auto
        ? (int)Math.Clamp((freeBytes / 2 / slotBytes) - PrefixCacheSequences, 1, 64)
        : int.Parse(MaxSequences, CultureInfo.InvariantCulture);
}
