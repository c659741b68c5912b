namespace ElasticSynapse.Classifier.Explanation;

/// <summary>What a word does to a text's probabilities.</summary>
/// <param name="Start">First UTF-16 unit of the word.</param>
/// <param name="Stop">Behind its last unit.</param>
/// <param name="Effects">[labels]: by how much the probability falls when the word is taken out; negative where it rises.</param>
internal sealed record WordEffect(int Start, int Stop, float[] Effects);
