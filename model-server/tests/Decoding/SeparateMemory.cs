using ElasticSynapse.ModelServer.Decoding.Memory;
using Microsoft.ML.OnnxRuntime;

namespace ElasticSynapse.ModelServer.Tests.Decoding;

/// <summary>Memory that, like a GPU's, the decoder must not read or write where it lies; the CPU's session can.</summary>
internal sealed class SeparateMemory : TensorMemory
{
    private readonly HostMemory _host = new();

    /// <summary>Bytes that came back from it.</summary>
    public long Downloaded { get; private set; }

    public override OrtMemoryInfo Info => _host.Info;

    public override bool IsHost => false;

    public override long Free => _host.Free;

    public override nint Allocate(long bytes) => _host.Allocate(bytes);

    public override void Release(nint address) => _host.Release(address);

    public override void Upload(ReadOnlySpan<byte> from, nint to) => _host.Upload(from, to);

    public override void Download(nint from, Span<byte> to)
    {
        Downloaded += to.Length;
        _host.Download(from, to);
    }

    public override void CopyRows(nint from, nint to, int rows, long bytes, long stride) => _host.CopyRows(from, to, rows, bytes, stride);

    public override void Finish() => _host.Finish();
}
