using Microsoft.Win32.SafeHandles;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Where quantised weights lie until the session has packed them: a temporary file, which ONNX Runtime maps like a checkpoint's
/// and lets go of weight by weight, so that they are never held twice.
/// </summary>
internal sealed class QuantizedFile : IDisposable
{
    private const int Alignment = 64;

    private readonly SafeFileHandle _file;
    private long _length;

    public QuantizedFile()
    {
        FullPath = Path.Combine(Path.GetTempPath(), $"elastic-synapse-{Guid.NewGuid():N}.weights");
        _file = File.OpenHandle(FullPath, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);
    }

    public string FullPath { get; }

    /// <summary>Sets so many bytes aside.</summary>
    /// <returns>Where they begin.</returns>
    public long Reserve(long byteLength)
    {
        var offset = (_length + Alignment - 1) / Alignment * Alignment;
        _length = offset + byteLength;
        return offset;
    }

    /// <summary>Threads may write at once.</summary>
    public void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(_file, bytes, offset);

    public void Dispose()
    {
        _file.Dispose();
        File.Delete(FullPath);
    }
}
