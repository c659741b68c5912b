using ElasticSynapse.ModelServer.Sampling;

namespace ElasticSynapse.ModelServer.Text;

/// <summary>A token of a text, for the caller that asked for log-probabilities.</summary>
/// <param name="Token">The token.</param>
/// <param name="Start">Where its text begins, in characters (code points) from the text's start.</param>
/// <param name="Logprobs">Null for the first token of a prompt, which nothing precedes.</param>
internal readonly record struct PlacedToken(int Token, int Start, TokenLogprobs? Logprobs);
