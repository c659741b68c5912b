namespace ElasticSynapse.Serving.Models;

/// <summary>Activations as a product takes or leaves them: floats, or values that a scale for each row is still to multiply.</summary>
/// <param name="Values">[..., width]</param>
/// <param name="Scales">[..., 1]; empty for floats.</param>
internal readonly record struct RowValues(string Values, string Scales = "");
