namespace ElasticSynapse.ModelServer.Decoding;

/// <param name="index">Of the token within those appended.</param>
/// <param name="logits">[vocabulary], after that token.</param>
internal delegate void LogitsVisitor(int index, ReadOnlySpan<float> logits);
