namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>The texts of the tokens that a sequence is made with.</summary>
/// <param name="Unknown">For a word that no tokens make.</param>
/// <param name="Classification">In front of a sequence.</param>
/// <param name="Separator">Behind each of its texts.</param>
/// <param name="Padding">Behind a sequence that is shorter than others; need not be a token.</param>
internal sealed record SpecialTexts(string Unknown, string Classification, string Separator, string Padding);
