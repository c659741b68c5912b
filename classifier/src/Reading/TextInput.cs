namespace ElasticSynapse.Classifier.Reading;

/// <summary>One thing to classify: a text, or a pair of texts that the model reads as one.</summary>
internal readonly record struct TextInput(string Text, string? Second = null);
