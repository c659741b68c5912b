namespace ElasticSynapse.Serving.Models;

/// <summary>How a model runs.</summary>
/// <param name="Threads">Threads that one run may use; 0 = as many as the process may use cores.</param>
/// <param name="Precision">What the matrix products compute in.</param>
/// <param name="Device">Where.</param>
public sealed record SessionSettings(int Threads, Precision Precision = Precision.Auto, ComputeDevice Device = default)
{
    /// <summary>As a configuration spells them.</summary>
    /// <param name="precision">auto, fp32, fp16, int8 or int4.</param>
    public static SessionSettings Of(int threads, string precision, ComputeDevice device = default) =>
        new(threads, Precisions.Parse(precision), device);
}
