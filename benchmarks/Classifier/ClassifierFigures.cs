namespace ElasticSynapse.Benchmarks.Classifier;

/// <summary>What is measured of a classifier.</summary>
internal static class ClassifierFigures
{
    /// <summary>Clients at a time.</summary>
    public const int Clients = 64;

    /// <summary>Texts of 32 tokens, as many at a time as suits the contender, without HTTP.</summary>
    public const string Short = "texts/s of 32 tokens";

    /// <summary>Texts of 128 tokens, as many at a time as suits the contender, without HTTP.</summary>
    public const string Medium = "texts/s of 128 tokens";

    /// <summary>Texts of the lengths of <see cref="Texts"/>; of servers over HTTP.</summary>
    public const string Mixed = "texts/s of mixed lengths";

    /// <summary>Median time of a request while all clients wait for one.</summary>
    public const string Typical = "p50, ms";

    /// <summary>Time that one request of a hundred exceeds while all clients wait for one.</summary>
    public const string Slow = "p99, ms";

    /// <summary>Allocated for each text.</summary>
    public const string Allocated = "managed bytes a text";
}
