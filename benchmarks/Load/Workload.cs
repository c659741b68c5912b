namespace ElasticSynapse.Benchmarks.Load;

/// <summary>What a request of a load asks for.</summary>
/// <param name="PromptTokens">Of each prompt.</param>
/// <param name="NewTokens">Generated, on average where streams run together.</param>
/// <param name="Vocabulary">Ids of prompts lie below it.</param>
internal sealed record Workload(int PromptTokens, int NewTokens, int Vocabulary);
