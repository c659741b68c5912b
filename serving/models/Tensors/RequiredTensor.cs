namespace ElasticSynapse.Serving.Models;

/// <summary>A tensor that a graph needs: its normalised name and the shape that the configuration implies.</summary>
internal sealed record RequiredTensor(string Name, params long[] Shape)
{
    /// <summary>Whether the checkpoint's may have more rows, which are left out: trainers pad vocabularies to round numbers.</summary>
    public bool MayBePadded { get; init; }
}
