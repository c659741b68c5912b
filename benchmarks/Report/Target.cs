namespace ElasticSynapse.Benchmarks.Report;

/// <summary>A ratio, or a difference, that is to be reached.</summary>
/// <param name="Ours">The contender above the line.</param>
/// <param name="Other">The one below it.</param>
/// <param name="Figure">Of both.</param>
/// <param name="Bound">At least, where more is better.</param>
/// <param name="IsUpper">At most.</param>
/// <param name="IsDifference">Of the two, instead of their ratio.</param>
internal sealed record Target(string Ours, string Other, string Figure, double Bound, bool IsUpper = false, bool IsDifference = false);
