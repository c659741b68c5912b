using System.Globalization;
using ElasticSynapse.Serving.Models;
using Microsoft.ML.OnnxRuntime;

namespace ElasticSynapse.ModelServer.Decoding.Memory;

/// <summary>Memory of a CUDA device. Copies go to the default stream, the session's runs to a stream of its own, which waits for
/// no other: hence <see cref="Finish"/>.</summary>
internal sealed unsafe class CudaMemory(int device) : TensorMemory
{
    public override OrtMemoryInfo Info { get; } = new(OrtMemoryInfo.allocatorCUDA, OrtAllocatorType.DeviceAllocator, device, OrtMemType.Default);

    public override bool IsHost => false;

    public override long Free
    {
        get
        {
            Use();
            Check(CudaRuntime.MemGetInfo(out var free, out _));
            return checked((long)free);
        }
    }

    public override nint Allocate(long bytes)
    {
        Use();
        var status = CudaRuntime.Malloc(out var address, checked((nuint)bytes));
        if (status != CudaRuntime.Success)
        {
            throw new CheckpointException(string.Create(CultureInfo.InvariantCulture, $"cuda:{device}: no {bytes:N0} bytes of memory: {CudaRuntime.Text(status)}"));
        }
        Check(CudaRuntime.Memset(address, 0, (nuint)bytes));
        return address;
    }

    // What a process that ends has, the driver takes back; a device that has failed refuses even this.
    public override void Release(nint address)
    {
        Use();
        _ = CudaRuntime.Free(address);
    }

    public override void Upload(ReadOnlySpan<byte> from, nint to)
    {
        Use();
        fixed (byte* source = from)
        {
            Check(CudaRuntime.Memcpy(to, (nint)source, (nuint)from.Length, CudaRuntime.HostToDevice));
        }
    }

    public override void Download(nint from, Span<byte> to)
    {
        Use();
        fixed (byte* target = to)
        {
            Check(CudaRuntime.Memcpy((nint)target, from, (nuint)to.Length, CudaRuntime.DeviceToHost));
        }
    }

    public override void CopyRows(nint from, nint to, int rows, long bytes, long stride)
    {
        Use();
        Check(CudaRuntime.Memcpy2D(to, (nuint)stride, from, (nuint)stride, (nuint)bytes, (nuint)rows, CudaRuntime.DeviceToDevice));
    }

    public override void Finish()
    {
        Use();
        Check(CudaRuntime.StreamSynchronize(0));
    }

    // A thread's own setting, and cheap.
    private void Use() => Check(CudaRuntime.SetDevice(device));

    private void Check(int status)
    {
        if (status != CudaRuntime.Success)
        {
            throw new InvalidOperationException($"cuda:{device}: {CudaRuntime.Text(status)}");
        }
    }
}
