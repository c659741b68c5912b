using ElasticSynapse.Classifier.Inference;

namespace ElasticSynapse.Classifier.Reading;

/// <summary>What a client of TensorFlow Serving or of the Open Inference Protocol sends to be classified: a text, or what it has
/// tokenized itself.</summary>
internal readonly record struct ClassifierInput(string? Text, TokenSequence? Sequence);
