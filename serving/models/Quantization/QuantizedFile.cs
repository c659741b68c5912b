using Microsoft.Win32.SafeHandles;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Where quantised weights are written: a file, which ONNX Runtime maps like a checkpoint's and lets go of weight by weight, so
/// that they are never held twice.
/// </summary>
internal sealed class QuantizedFile : IDisposable
{
    private const int Alignment = 64;

    private readonly SafeFileHandle _file;
    private readonly bool _isTemporary;
    private long _length;

    private QuantizedFile(string path, bool isTemporary)
    {
        (FullPath, _isTemporary) = (path, isTemporary);
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);
    }

    public string FullPath { get; }

    /// <summary>A file that stays.</summary>
    public static QuantizedFile Create(string path) => new(path, isTemporary: false);

    /// <summary>A file that goes when it is disposed: once the session has packed the weights.</summary>
    public static QuantizedFile Temporary() =>
        new(Path.Combine(Path.GetTempPath(), $"elastic-synapse-{Guid.NewGuid():N}.weights"), isTemporary: true);

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
        if (_isTemporary)
            File.Delete(FullPath);
    }
}
