using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.ModelServer.Text;

namespace ElasticSynapse.ModelServer.Generation;

/// <summary>A whole text.</summary>
/// <param name="Text">Behind the prompt, if that is echoed.</param>
/// <param name="Tokens">How many were generated, the end-of-text token included.</param>
/// <param name="Finish">Why it ended.</param>
/// <param name="Placed">The tokens of <paramref name="Text"/>, if log-probabilities were asked for.</param>
/// <param name="Score">The mean log-probability of the tokens of a ranked text; the score of one that a beam search found.</param>
internal sealed record GeneratedText(string Text, int Tokens, FinishReason Finish, IReadOnlyList<PlacedToken> Placed, float Score);
