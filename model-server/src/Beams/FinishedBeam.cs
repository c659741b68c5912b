using ElasticSynapse.ModelServer.Scheduling;

namespace ElasticSynapse.ModelServer.Beams;

/// <summary>A text that a beam search has finished.</summary>
/// <param name="Tokens">Generated tokens, the last one included.</param>
/// <param name="Score">Sum of log-probabilities, by length to the power of the length penalty.</param>
/// <param name="Finish">Why it ended.</param>
internal sealed record FinishedBeam(int[] Tokens, float Score, FinishReason Finish);
