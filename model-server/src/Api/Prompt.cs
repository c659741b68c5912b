namespace ElasticSynapse.ModelServer.Api;

/// <summary>A prompt as text and as the tokens that the model gets.</summary>
/// <param name="Text">What <c>echo</c> repeats; for a prompt of token ids their text.</param>
/// <param name="Tokens">At least one: an empty prompt starts from the end-of-text token.</param>
internal readonly record struct Prompt(string Text, int[] Tokens);
