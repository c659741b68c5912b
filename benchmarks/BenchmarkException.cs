namespace ElasticSynapse.Benchmarks;

/// <summary>A contender could not be started or measured; the message says which and why.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
