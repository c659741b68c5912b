using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Serving.Hosting.Model;

/// <summary>How ONNX Runtime runs the model. Bound from "Runtime".</summary>
public sealed class RuntimeOptions
{
    /// <summary>Threads that run the model: in the model-server all work on one run, in the classifier each on its own.
    /// Default 0: one for each core that the process may use, container limits counted.</summary>
    [Range(0, 512, ErrorMessage = "must be between 0 (all cores) and 512")]
    public int Threads { get; set; }

    /// <summary>Where the model runs: <c>cpu</c>; <c>cuda</c> or <c>cuda:1</c>, which stops the start where it can't be had; or
    /// <c>auto</c>, the first CUDA device if this build and the machine have what it needs and the precision runs there, else
    /// the CPU. Default auto.</summary>
    [RegularExpression("(?i)^(auto|cpu|cuda(:[0-9]{1,2})?)$", ErrorMessage = "must be auto, cpu, cuda or cuda:N")]
    public string Device { get; set; } = "auto";
}
