namespace ElasticSynapse.Benchmarks.Loading;

/// <summary>What is measured of a load.</summary>
internal static class LoadingFigures
{
    /// <summary>From the folder to the logits of one token.</summary>
    public const string Loaded = "loaded, s";

    /// <summary>From the start of the process to the logits of one token: what a pod or a person waits.</summary>
    public const string Started = "started and loaded, s";

    /// <summary>Stands in the table for the size of the weights.</summary>
    public const string Weights = "the weights";
}
