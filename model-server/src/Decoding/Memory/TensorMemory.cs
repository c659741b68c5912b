using ElasticSynapse.Serving.Models;
using Microsoft.ML.OnnxRuntime;

namespace ElasticSynapse.ModelServer.Decoding.Memory;

/// <summary>Memory that a session's inputs, outputs and KV cache lie in: that of the device it runs on, so that a run copies
/// nothing. Only the scheduler thread uses it.</summary>
internal abstract class TensorMemory
{
    /// <summary>As ONNX Runtime calls it.</summary>
    public abstract OrtMemoryInfo Info { get; }

    /// <summary>Whether the process can read and write it where it lies.</summary>
    public abstract bool IsHost { get; }

    /// <summary>Bytes that are free now.</summary>
    public abstract long Free { get; }

    public static TensorMemory Of(ComputeDevice device) => device.CudaIndex is { } index ? new CudaMemory(index) : new HostMemory();

    /// <returns>The address of so many bytes of zero.</returns>
    /// <exception cref="CheckpointException">There is no room.</exception>
    public abstract nint Allocate(long bytes);

    public abstract void Release(nint address);

    public abstract void Upload(ReadOnlySpan<byte> from, nint to);

    public abstract void Download(nint from, Span<byte> to);

    /// <summary>Copies parts of rows within this memory; they must not overlap.</summary>
    /// <param name="bytes">Of each row.</param>
    /// <param name="stride">Bytes from a row's begin to the next one's, the same at both ends.</param>
    public abstract void CopyRows(nint from, nint to, int rows, long bytes, long stride);

    /// <summary>Waits until all of the above is done: a run does not wait for it.</summary>
    public abstract void Finish();
}
