namespace ElasticSynapse.Classifier.Reading;

/// <summary>A window of a text, and the characters that it covers.</summary>
/// <param name="Start">First UTF-16 unit.</param>
/// <param name="Stop">Behind the last unit.</param>
internal readonly record struct TextWindow(Window Tokens, int Start, int Stop);
