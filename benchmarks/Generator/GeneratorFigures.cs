namespace ElasticSynapse.Benchmarks.Generator;

/// <summary>What is measured of a generator.</summary>
internal static class GeneratorFigures
{
    /// <summary>Streams at a time, and slots of each server.</summary>
    public const int Streams = 16;

    /// <summary>Generated, over all streams, their prompts' runs included.</summary>
    public const string Together = "16 streams, tokens/s";

    /// <summary>Median time until the first event while all streams run.</summary>
    public const string FirstToken = "first token, ms";

    /// <summary>Generated behind the first token.</summary>
    public const string Alone = "one stream, tokens/s";

    /// <summary>Of a prompt, until the first token, nothing else running.</summary>
    public const string Prefill = "prefill, tokens/s";

    /// <summary>Allocated for each generated token while all streams run.</summary>
    public const string Allocated = "managed bytes a token";
}
