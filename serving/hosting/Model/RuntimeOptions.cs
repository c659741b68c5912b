using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Serving.Hosting.Model;

/// <summary>How ONNX Runtime runs the model. Bound from "Runtime".</summary>
public sealed class RuntimeOptions
{
    /// <summary>Threads that run the model: in the model-server all work on one run, in the classifier each on its own.
    /// Default 0: one for each core that the process may use, container limits counted.</summary>
    [Range(0, 512, ErrorMessage = "must be between 0 (all cores) and 512")]
    public int Threads { get; set; }
}
