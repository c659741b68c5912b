namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>A token and the characters it came from.</summary>
/// <param name="Id">Token id.</param>
/// <param name="Text">The vocabulary's entry, such as <c>##ing</c>.</param>
/// <param name="Start">First UTF-16 unit of the text it came from; 0 for the [CLS] and [SEP] that encoding adds.</param>
/// <param name="Stop">Behind the last unit; equal to Start for the added ones.</param>
internal readonly record struct WordPieceToken(int Id, string Text, int Start, int Stop);
