using System.Globalization;

namespace ElasticSynapse.Serving.Models;

/// <summary>Where a session runs.</summary>
/// <param name="CudaIndex">Which of the machine's CUDA devices; null for the CPU.</param>
public readonly record struct ComputeDevice(int? CudaIndex)
{
    public static readonly ComputeDevice Cpu;

    public static ComputeDevice Cuda(int index) => new(index);

    public bool IsCuda => CudaIndex is not null;

    /// <summary>As Hugging Face's servers call its kind in <c>x-compute-type</c>.</summary>
    public string ComputeType => IsCuda ? "gpu" : "cpu";

    /// <summary>As the configuration and the metrics spell it: <c>cpu</c>, <c>cuda:0</c>.</summary>
    public override string ToString() => CudaIndex is { } index ? string.Create(CultureInfo.InvariantCulture, $"cuda:{index}") : "cpu";
}
