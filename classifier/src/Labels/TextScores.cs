namespace ElasticSynapse.Classifier.Labels;

/// <summary>What came out for one text.</summary>
/// <param name="Probabilities">[labels], in the checkpoint's order.</param>
/// <param name="Flagged">[labels]: whether the probability reaches the label's threshold.</param>
/// <param name="Tokens">Tokens that the model read, with [CLS] and [SEP].</param>
/// <param name="IsTruncated">Whether the text had more tokens than the model takes; the rest was not read.</param>
internal sealed record TextScores(float[] Probabilities, bool[] Flagged, int Tokens, bool IsTruncated);
