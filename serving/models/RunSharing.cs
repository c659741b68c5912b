namespace ElasticSynapse.Serving.Models;

/// <summary>What becomes of a text's logits when others share its run.</summary>
public enum RunSharing
{
    /// <summary>They would depend on the others: last bits tip activations over to the next of 8 bits' levels.</summary>
    None,

    /// <summary>Their last bits may differ.</summary>
    Close,

    /// <summary>They are the same to the last bit.</summary>
    Exact,
}
