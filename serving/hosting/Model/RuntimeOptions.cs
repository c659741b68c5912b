using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Serving.Hosting.Model;

/// <summary>How ONNX Runtime runs the model. Bound from "Runtime".</summary>
public sealed class RuntimeOptions
{
    /// <summary>Threads of one run. Default 0: as many as the process may use cores.</summary>
    [Range(0, 512, ErrorMessage = "must be between 0 (all cores) and 512")]
    public int Threads { get; set; }
}
