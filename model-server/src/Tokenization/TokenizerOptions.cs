namespace ElasticSynapse.ModelServer.Tokenization;

/// <summary>How prompts become tokens. Bound from "Tokenizer".</summary>
internal sealed class TokenizerOptions
{
    /// <summary>Whether the text of a special token in a prompt, such as &lt;|endoftext|&gt;, becomes that token, as in Hugging
    /// Face. Default false: what users write stays text. A request's <c>allow_special</c> wins.</summary>
    public bool AllowSpecialTokens { get; set; }
}
