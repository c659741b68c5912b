using System.Text.RegularExpressions;

namespace ElasticSynapse.Serving.Models;

/// <summary>How a family of checkpoints spells its tensors, so that one spelling reaches the graph.</summary>
/// <param name="prefix">Of the backbone inside the task model, as in <c>transformer.wte.weight</c>; bare models lack it.</param>
/// <param name="buffers">Names (prefix removed) that are not weights and are left out silently.</param>
/// <param name="tensorFlowName">Hugging Face's name of a TensorFlow variable, prefix removed.</param>
internal sealed partial class TensorNaming(string prefix, Regex buffers, Func<string, string> tensorFlowName)
{
    // torch.nn.DataParallel, torch.compile, and the field that most PyTorch Lightning modules hold the model in.
    private static readonly string[] Wrappers = ["module.", "_orig_mod.", "model."];

    public static TensorNaming Gpt2 { get; } = new("transformer.", Gpt2Buffers(), TensorFlowVariables.Gpt2Name);

    public static TensorNaming Bert { get; } = new("bert.", BertBuffers(), TensorFlowVariables.BertName);

    /// <summary>The name as the graph asks for it; null for a buffer.</summary>
    public string? Normalize(string name)
    {
        if (name.Contains('/', StringComparison.Ordinal) || name.StartsWith("output_", StringComparison.Ordinal))
            name = tensorFlowName(name);
        while (Wrappers.FirstOrDefault(wrapper => name.StartsWith(wrapper, StringComparison.Ordinal)) is { } wrapper)
            name = name[wrapper.Length..];
        if (name.StartsWith(prefix, StringComparison.Ordinal))
            name = name[prefix.Length..];
        if (buffers.IsMatch(name))
            return null;
        return LayerNormGamma().Replace(LayerNormBeta().Replace(name, "LayerNorm.bias"), "LayerNorm.weight");
    }

    /// <summary>Whether a name is that of a buffer, whichever the family.</summary>
    public static bool IsBuffer(string name) => Gpt2.Normalize(name) is null || Bert.Normalize(name) is null;

    /// <summary>Whether a tensor that no graph has asked for may be a copy of one that it has: the head of a tied GPT-2.</summary>
    /// <param name="name">As the graph asks for it.</param>
    public bool IsCopy(string name) => this == Gpt2 && name == Gpt2Tensors.Head;

    // Whole names: h.0.attn.bias is the causal mask, h.0.attn.c_attn.bias is a weight.
    [GeneratedRegex(@"^h\.[0-9]+\.attn\.(bias|masked_bias)$", RegexOptions.CultureInvariant)]
    private static partial Regex Gpt2Buffers();

    // cls.* are the pre-training heads.
    [GeneratedRegex(@"^(embeddings\.(position_ids|token_type_ids)$|cls[./])", RegexOptions.CultureInvariant)]
    private static partial Regex BertBuffers();

    // TensorFlow's names, in checkpoints converted before 2019.
    [GeneratedRegex(@"LayerNorm\.gamma$", RegexOptions.CultureInvariant)]
    private static partial Regex LayerNormGamma();

    [GeneratedRegex(@"LayerNorm\.beta$", RegexOptions.CultureInvariant)]
    private static partial Regex LayerNormBeta();
}
