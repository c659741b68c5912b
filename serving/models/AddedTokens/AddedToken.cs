namespace ElasticSynapse.Serving.Models;

/// <summary>A token that is matched in the text as a whole and never made by merging.</summary>
/// <param name="Text">What it looks like in a text.</param>
/// <param name="Id">Its id.</param>
/// <param name="Special">Matched only where special tokens are allowed; left out of decoded text on request, as
/// <c>skip_special_tokens</c> of Hugging Face does.</param>
/// <param name="StripLeft">Swallows the white space in front (<c>lstrip</c>).</param>
/// <param name="StripRight">Swallows the white space behind (<c>rstrip</c>).</param>
/// <param name="SingleWord">Matched only where no word goes on in front or behind (<c>single_word</c>).</param>
/// <param name="Normalized">Looked for only in what the others leave, and as normalized there; GPT-2 has no normalizer.</param>
public sealed record AddedToken(
    string Text, int Id, bool Special, bool StripLeft = false, bool StripRight = false, bool SingleWord = false, bool Normalized = false);
