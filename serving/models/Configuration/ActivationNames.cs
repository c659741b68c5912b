namespace ElasticSynapse.Serving.Models;

/// <summary>What configurations call the activations: <c>ACT2FN</c> of Hugging Face transformers, where several names stand for
/// one function. Its other functions are refused.</summary>
internal static class ActivationNames
{
    public static readonly (string Name, Activation Value)[] All =
    [
        ("gelu", Activation.GeluErf), ("gelu_python", Activation.GeluErf),
        ("gelu_new", Activation.GeluTanh), ("gelu_fast", Activation.GeluTanh), ("gelu_accurate", Activation.GeluTanh),
        ("gelu_pytorch_tanh", Activation.GeluTanh), ("gelu_python_tanh", Activation.GeluTanh),
        ("quick_gelu", Activation.GeluSigmoid), ("relu", Activation.Relu), ("silu", Activation.Silu), ("swish", Activation.Silu),
        ("tanh", Activation.Tanh),
    ];

    /// <summary>The name that a configuration is written with: the first of the function's.</summary>
    public static string Of(Activation activation) => All.First(name => name.Value == activation).Name;
}
