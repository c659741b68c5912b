namespace ElasticSynapse.Serving.Hosting.OpenInference;

/// <summary>An input or output as the model's metadata tells it.</summary>
/// <param name="Name">What requests and answers call it.</param>
/// <param name="Datatype">BYTES for text.</param>
/// <param name="Shape">-1 for a dimension of any size.</param>
public sealed record TensorDescription(string Name, TensorDatatype Datatype, params IReadOnlyList<long> Shape);
