namespace ElasticSynapse.Serving.Models;

/// <summary>A layer norm in a graph: its weights, [width], and where it stands.</summary>
/// <param name="IsLast">Then its result is wanted as floats, whatever products take, and what it normalizes no more.</param>
internal readonly record struct LayerNorm(string Weight, string Bias, int Width, float Epsilon, bool IsLast = false);
