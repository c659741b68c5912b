using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace ElasticSynapse.Serving.Models;

/// <summary>A file mapped into memory, read only: opening costs nothing, whatever its size.</summary>
/// <remarks>The file must not be cut while it is open (publish a new version under a new name): the system answers a read
/// of a page that is gone by ending the process.</remarks>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedViewAccessor? _view; // null for an empty file, which cannot be mapped
    private readonly byte* _start;
    private readonly bool _isTemporary;
    private bool _isDisposed;

    private MappedFile(string path, long length, MemoryMappedViewAccessor? view, bool isTemporary)
    {
        _isTemporary = isTemporary;
        Path = path;
        Length = length;
        _view = view;
        byte* start = null;
        view?.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _start = start;
    }

    public string Path { get; }

    public long Length { get; }

    /// <param name="path">The file.</param>
    /// <param name="format">What it should be, for the message.</param>
    /// <param name="isTemporary">Whether the file goes when this is disposed.</param>
    /// <exception cref="CheckpointException">The file cannot be read.</exception>
    public static MappedFile Open(string path, string format, bool isTemporary = false)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var length = stream.Length;
            if (length == 0)
                return new MappedFile(path, 0, null, isTemporary);
            // The view keeps the mapping, and the mapping the pages, after both handles are closed.
            using var mapping = MemoryMappedFile.CreateFromFile(
                stream, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            return new MappedFile(path, length, mapping.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read), isTemporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refusal.Of(path, $"an unreadable file ({e.Message})", $"a readable {format}", e);
        }
    }

    /// <summary>A window of the file; valid until the file is disposed.</summary>
    public ReadOnlySpan<byte> Bytes(long offset, int length) => new(Pointer(offset, length), length);

    /// <summary>The same for readers that keep it.</summary>
    public ReadOnlyMemory<byte> Memory(long offset, int length) => new Window(this, offset, length).Memory;

    /// <summary>The same for windows that may exceed 2 GB.</summary>
    public byte* Pointer(long offset, long length)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        return _start + offset;
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _view?.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        if (_isTemporary)
            File.Delete(Path);
    }

    // Mapped memory does not move, so that there is nothing to pin.
    private sealed class Window(MappedFile file, long offset, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(file.Pointer(offset, length), length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(file.Pointer(offset, length) + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
