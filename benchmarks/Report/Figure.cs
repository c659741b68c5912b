namespace ElasticSynapse.Benchmarks.Report;

/// <summary>What is measured of a generator.</summary>
internal enum Figure
{
    /// <summary>Tokens per second, many streams at once, prompts included.</summary>
    Together,

    /// <summary>Milliseconds until the first event, median, many streams at once.</summary>
    FirstToken,

    /// <summary>Tokens per second of one stream behind its first token.</summary>
    Alone,

    /// <summary>Prompt tokens per second until the first token of one stream.</summary>
    Prefill,

    /// <summary>Managed bytes allocated per generated token, many streams at once.</summary>
    Allocated,
}
