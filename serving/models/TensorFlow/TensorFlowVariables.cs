using System.Text.RegularExpressions;

namespace ElasticSynapse.Serving.Models;

/// <summary>What TensorFlow's GPT-2 and BERT call and shape differently from Hugging Face, whose form the graphs ask for.</summary>
/// <remarks>Names of openai/gpt-2 <c>src/model.py</c> and google-research/bert <c>modeling.py</c>, <c>run_classifier.py</c>;
/// what becomes of them as in transformers' <c>load_tf_weights_in_gpt2</c> and <c>load_tf_weights_in_bert</c>.</remarks>
internal static partial class TensorFlowVariables
{
    /// <summary>Slots and counters of an optimizer, and of training around it.</summary>
    public static bool IsOptimizerState(string name) => OptimizerState().IsMatch(name);

    /// <summary>Dense kernels are [in, out]; the graphs take [out, in], as in nn.Linear. BERT's own; a head's depends on the fork.</summary>
    public static bool IsTransposed(StoredTensor tensor) => tensor.Shape.Count == 2 && DenseKernel().IsMatch(tensor.Name);

    /// <summary>GPT-2's linear layers are convolutions of width 1, [1, in, out]; Hugging Face drops the 1.</summary>
    public static IReadOnlyList<long> Shape(StoredTensor tensor) =>
        tensor.Shape is [1, var inputs, var outputs] && ConvolutionWeight().IsMatch(tensor.Name) ? [inputs, outputs] : tensor.Shape;

    /// <summary>Hugging Face's name, without the prefix of the task model; the name itself if it is none of GPT-2's.</summary>
    public static string Gpt2Name(string name)
    {
        if (Gpt2Variable().Match(name) is not { Success: true } match)
            return name;
        var layer = match.Groups["layer"].Success ? $"h.{match.Groups["layer"].Value}." : "";
        var module = match.Groups["module"].Value.Replace('/', '.');
        return $"{layer}{module}.{(match.Groups["kind"].Value == "b" ? "bias" : "weight")}";
    }

    /// <summary>The same for BERT with the head of run_classifier, as which <see cref="BertHead"/> passes those of its forks.</summary>
    public static string BertName(string name)
    {
        if (name is BertHead.Weight or BertHead.Bias)
            return name == BertHead.Bias ? "classifier.bias" : "classifier.weight";
        if (!name.StartsWith("bert/", StringComparison.Ordinal))
            return name;
        name = name["bert/".Length..].Replace("/layer_", "/layer/", StringComparison.Ordinal);
        name = name switch
        {
            _ when name.EndsWith("_embeddings", StringComparison.Ordinal) => name + "/weight",
            _ when name.EndsWith("/kernel", StringComparison.Ordinal) => name[..^"kernel".Length] + "weight",
            _ => name,
        };
        return name.Replace('/', '.');
    }

    [GeneratedRegex(@"/(Adam|Adam_1|adam_m|adam_v|lamb_m|lamb_v|Adagrad|Adadelta|Adadelta_1|Ftrl|Ftrl_1|Momentum|RMSProp|RMSProp_1)$"
        + @"|(^|/)(beta1_power|beta2_power|global_step|accum_vars)(_[0-9]+)?$|(^|/)AdamWeightDecayOptimizer"
        + @"|/\.OPTIMIZER_SLOT/|^(optimizer|save_counter|keras_api)/", RegexOptions.CultureInvariant)]
    private static partial Regex OptimizerState();

    [GeneratedRegex(@"^bert/.+/kernel$", RegexOptions.CultureInvariant)]
    private static partial Regex DenseKernel();

    [GeneratedRegex(@"^model/h[0-9]+/(attn|mlp)/c_[a-z]+/w$", RegexOptions.CultureInvariant)]
    private static partial Regex ConvolutionWeight();

    [GeneratedRegex(@"^model/(h(?<layer>[0-9]+)/)?((?<module>wte|wpe)|(?<module>.+)/(?<kind>[wgb]))$", RegexOptions.CultureInvariant)]
    private static partial Regex Gpt2Variable();
}
