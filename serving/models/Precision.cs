namespace ElasticSynapse.Serving.Models;

/// <summary>What the weights of the matrix products are held in. Whatever trades exactness for speed is asked for by name.</summary>
public enum Precision
{
    /// <summary>The exact one of the device: <see cref="Fp32"/> on a CPU, <see cref="Fp16"/> on CUDA.</summary>
    Auto,

    /// <summary>32-bit floats, as checkpoints are trained.</summary>
    Fp32,

    /// <summary>16-bit floats: weights, activations and KV cache. Only on CUDA; a CPU computes in 32 bits anyway.</summary>
    Fp16,

    /// <summary>8-bit integers with a scale a column.</summary>
    Int8,

    /// <summary>4-bit integers with a scale a block.</summary>
    Int4,
}
