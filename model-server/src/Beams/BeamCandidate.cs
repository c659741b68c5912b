namespace ElasticSynapse.ModelServer.Beams;

/// <summary>A beam and a token behind it.</summary>
/// <param name="Beam">Which of the running beams.</param>
/// <param name="Token">The next token.</param>
/// <param name="Score">Sum of the log-probabilities of all generated tokens, as penalties have left them.</param>
internal readonly record struct BeamCandidate(int Beam, int Token, float Score);
