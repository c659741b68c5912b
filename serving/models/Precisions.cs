namespace ElasticSynapse.Serving.Models;

/// <summary>What a precision means where it is to run.</summary>
public static class Precisions
{
    /// <param name="precision">auto, fp32, fp16, int8 or int4.</param>
    public static Precision Parse(string precision) => Enum.Parse<Precision>(precision, ignoreCase: true);

    /// <summary>The precision that a device computes in.</summary>
    /// <exception cref="CheckpointException">It has no operators for it.</exception>
    internal static Precision On(this Precision precision, ComputeDevice device) => (device.IsCuda, precision) switch
    {
        (true, Precision.Auto or Precision.Fp16) => Precision.Fp16,
        // Attention over a KV cache in place exists there in 16 bits only.
        (true, _) => throw new CheckpointException(
            $"Model__Precision={precision.ToString().ToLowerInvariant()} runs only on the CPU (Runtime__Device=cpu); on {device} choose fp16 or auto"),
        (false, Precision.Auto) => Precision.Fp32,
        // The CPU's operators would convert every value to 32 bits and back.
        (false, Precision.Fp16) => throw new CheckpointException(
            "Model__Precision=fp16 runs only on CUDA, where it is the default; on a CPU choose fp32 (exact), int8 or int4 (smaller and faster)"),
        _ => precision,
    };

    internal static bool IsQuantized(this Precision precision) => precision is Precision.Int8 or Precision.Int4;
}
