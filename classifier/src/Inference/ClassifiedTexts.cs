using ElasticSynapse.Classifier.Labels;

namespace ElasticSynapse.Classifier.Inference;

/// <summary>What came out for a request.</summary>
/// <param name="Scores">One a text, in order.</param>
/// <param name="Tokenization">Time that tokenization took.</param>
/// <param name="Times">Time that the rest took.</param>
internal sealed record ClassifiedTexts(TextScores[] Scores, TimeSpan Tokenization, RunTimes Times);
