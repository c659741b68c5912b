using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace ElasticSynapse.ModelServer.Decoding.Memory;

/// <summary>The process's own memory, where the CPU computes.</summary>
internal sealed unsafe class HostMemory : TensorMemory
{
    public override OrtMemoryInfo Info => OrtMemoryInfo.DefaultInstance;

    public override bool IsHost => true;

    /// <summary>What a container's limit, or the machine, leaves beside what the process holds.</summary>
    public override long Free => Math.Max(0, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - Environment.WorkingSet);

    // Zeroed memory is not in use until it is written.
    public override nint Allocate(long bytes) => (nint)NativeMemory.AllocZeroed((nuint)bytes);

    public override void Release(nint address) => NativeMemory.Free((void*)address);

    public override void Upload(ReadOnlySpan<byte> from, nint to) => from.CopyTo(new Span<byte>((void*)to, from.Length));

    public override void Download(nint from, Span<byte> to) => new ReadOnlySpan<byte>((void*)from, to.Length).CopyTo(to);

    public override void CopyRows(nint from, nint to, int rows, long bytes, long stride)
    {
        for (var row = 0; row < rows; row++)
        {
            Buffer.MemoryCopy((byte*)from + (row * stride), (byte*)to + (row * stride), bytes, bytes);
        }
    }

    public override void Finish()
    {
    }
}
