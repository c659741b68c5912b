namespace ElasticSynapse.Serving.Models;

/// <summary>A tensor that a graph needs: its normalised name and the shape that the configuration implies.</summary>
internal sealed record RequiredTensor(string Name, params long[] Shape);
