namespace ElasticSynapse.Serving.Models;

/// <summary>How a model runs.</summary>
/// <param name="Threads">Threads that one run may use; 0 = as many as the process may use cores.</param>
public sealed record SessionSettings(int Threads);
