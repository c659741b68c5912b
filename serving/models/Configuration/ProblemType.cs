namespace ElasticSynapse.Serving.Models;

/// <summary>How a classifier's logits become scores.</summary>
public enum ProblemType
{
    /// <summary>Labels are independent: sigmoid of each logit.</summary>
    MultiLabel,

    /// <summary>One label holds: softmax over the logits.</summary>
    SingleLabel,

    /// <summary>The logits are the answer.</summary>
    Regression,
}
