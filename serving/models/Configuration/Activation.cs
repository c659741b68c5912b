namespace ElasticSynapse.Serving.Models;

/// <summary>The feed-forward activation: the two forms of GELU (Hendrycks and Gimpel 2016) differ by up to 1e-3 in logits.</summary>
public enum Activation
{
    /// <summary>Exact: 0.5 x (1 + erf(x / sqrt 2)). Hugging Face's <c>gelu</c>.</summary>
    GeluErf,

    /// <summary>0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))). Hugging Face's <c>gelu_new</c>, <c>gelu_pytorch_tanh</c>.</summary>
    GeluTanh,

    /// <summary>x sigmoid(1.702 x). Hugging Face's <c>quick_gelu</c>.</summary>
    GeluSigmoid,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x sigmoid(x), also called swish.</summary>
    Silu,

    /// <summary>tanh(x).</summary>
    Tanh,
}
