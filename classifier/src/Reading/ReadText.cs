using ElasticSynapse.Classifier.Inference;

namespace ElasticSynapse.Classifier.Reading;

/// <summary>A text as the model reads it.</summary>
/// <param name="Sequences">One; or one a window.</param>
/// <param name="Tokens">Tokens that the model reads of it, with [CLS] and [SEP], those in two windows counted once.</param>
/// <param name="IsTruncated">Whether the text has more tokens than are read.</param>
/// <param name="Windows">Where the sequences lie; null where the text is not read window by window.</param>
internal sealed record ReadText(TokenSequence[] Sequences, int Tokens, bool IsTruncated, TextWindow[]? Windows = null);
