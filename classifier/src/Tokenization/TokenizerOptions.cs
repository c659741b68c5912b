namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>How texts become tokens. Bound from "Tokenizer".</summary>
internal sealed class TokenizerOptions
{
    /// <summary>Whether <c>[SEP]</c> and the like in a text become those tokens, as in Hugging Face. Default false: what users
    /// write stays text. A request's <c>allow_special</c> wins.</summary>
    public bool AllowSpecialTokens { get; set; }

    /// <summary>Whether the model is uncased, for checkpoints whose files do not say. Default: as the checkpoint says.</summary>
    public bool? LowerCase { get; set; }
}
