namespace ElasticSynapse.ModelServer.Tokenization;

/// <summary>A token and the characters it came from.</summary>
/// <param name="Id">Token id.</param>
/// <param name="Start">First UTF-16 unit of the first character it touches.</param>
/// <param name="Stop">Behind the last character it touches. Tokens that share a character overlap there.</param>
internal readonly record struct TokenSpan(int Id, int Start, int Stop);
