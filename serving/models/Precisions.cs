namespace ElasticSynapse.Serving.Models;

/// <summary>What a precision means where it is to run.</summary>
internal static class Precisions
{
    /// <summary>The precision that a CPU computes in.</summary>
    /// <exception cref="CheckpointException">fp16: ONNX Runtime's CPU operators would convert every value to 32 bits and back.</exception>
    public static Precision OnCpu(this Precision precision) => precision switch
    {
        Precision.Auto => Precision.Fp32,
        Precision.Fp16 => throw new CheckpointException(
            "Model__Precision=fp16 runs only on CUDA, where it is the default; on a CPU choose fp32 (exact), int8 or int4 (smaller and faster)"),
        _ => precision,
    };

    public static bool IsQuantized(this Precision precision) => precision is Precision.Int8 or Precision.Int4;
}
