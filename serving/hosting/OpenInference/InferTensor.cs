namespace ElasticSynapse.Serving.Hosting.OpenInference;

/// <summary>A tensor of a request or an answer.</summary>
/// <param name="Name">As the model's metadata calls it.</param>
/// <param name="Datatype">Says the type of <paramref name="Values"/>.</param>
/// <param name="Shape">Its product is the number of values.</param>
/// <param name="Values">Row-major: bool[], long[], float[], double[] or, for BYTES, string[].</param>
public sealed record InferTensor(string Name, TensorDatatype Datatype, IReadOnlyList<long> Shape, Array Values);
