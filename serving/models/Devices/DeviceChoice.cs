using System.Globalization;

namespace ElasticSynapse.Serving.Models;

/// <summary>Which device a service runs on, of what its configuration asks for and what the machine has.</summary>
/// <param name="Device">The one chosen.</param>
/// <param name="Fallback">Why it is not CUDA though the build could run there; null where nothing was missed.</param>
public sealed record DeviceChoice(ComputeDevice Device, string? Fallback)
{
    /// <param name="wanted">auto, cpu, cuda or cuda:N.</param>
    /// <param name="precision">What the model is to compute in: only auto and fp16 run on CUDA.</param>
    /// <exception cref="CheckpointException">CUDA was asked for by name and cannot be had.</exception>
    public static DeviceChoice Of(string wanted, Precision precision) => Of(wanted, precision, CudaProvider.IsInstalled, CudaProvider.Problem);

    internal static DeviceChoice Of(string wanted, Precision precision, bool isInstalled, Func<int, string?> problem)
    {
        if (wanted.Equals("cpu", StringComparison.OrdinalIgnoreCase))
        {
            return new(ComputeDevice.Cpu, null);
        }
        if (wanted.Equals("auto", StringComparison.OrdinalIgnoreCase))
        {
            // A precision that only the CPU has was asked for, and so was the CPU; and a build without CUDA misses nothing.
            if (precision is not (Precision.Auto or Precision.Fp16) || !isInstalled)
            {
                return new(ComputeDevice.Cpu, null);
            }
            return problem(0) is { } reason ? new(ComputeDevice.Cpu, reason) : new(ComputeDevice.Cuda(0), null);
        }
        var index = wanted.Split(':') is [_, var number] ? int.Parse(number, CultureInfo.InvariantCulture) : 0;
        return problem(index) is { } refusal
            ? throw new CheckpointException($"Runtime__Device='{wanted}': {refusal}; accepted: auto, cpu, or a CUDA device that works")
            : new(ComputeDevice.Cuda(index), null);
    }
}
