using System.IO.MemoryMappedFiles;

namespace ElasticSynapse.Serving.Models;

/// <summary>One safetensors file, memory-mapped: opening costs the header, whatever the size of the weights.</summary>
/// <remarks>The file must not be cut while it is open (publish a new version under a new name): the system answers a read
/// of a page that is gone by ending the process.</remarks>
internal sealed unsafe class SafetensorsFile : ITensorSource
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _start; // byte 0 of the file; null once disposed

    private SafetensorsFile(string path, Dictionary<string, StoredTensor> tensors, MemoryMappedFile file)
    {
        Description = path;
        Tensors = tensors;
        _file = file;
        _view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    public string Description { get; }

    public IReadOnlyDictionary<string, StoredTensor> Tensors { get; }

    /// <exception cref="CheckpointException">The file cannot be read, or is not a valid safetensors file.</exception>
    public static SafetensorsFile Open(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var fileBytes = stream.Length;
            Span<byte> lengthField = stackalloc byte[SafetensorsHeader.LengthFieldBytes];
            lengthField = lengthField[..stream.ReadAtLeast(lengthField, lengthField.Length, throwOnEndOfStream: false)];
            var header = new byte[SafetensorsHeader.ReadLength(path, lengthField, fileBytes)];
            stream.ReadExactly(header);
            var tensors = SafetensorsHeader.Parse(path, header, fileBytes);

            var mapping = MemoryMappedFile.CreateFromFile(
                stream, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            return new SafetensorsFile(path, tensors, mapping);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refusal.Of(path, $"an unreadable file ({e.Message})", "a readable safetensors file", e);
        }
    }

    public ReadOnlySpan<byte> Bytes(StoredTensor tensor, long start, int length)
    {
        ObjectDisposedException.ThrowIf(_start is null, this);
        if (!Tensors.TryGetValue(tensor.Name, out var known) || !ReferenceEquals(known, tensor))
            throw new ArgumentException($"{tensor.Name} is not a tensor of {Description}", nameof(tensor));
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, tensor.ByteLength - length);
        return new ReadOnlySpan<byte>(_start + tensor.Offset + start, length);
    }

    public void Dispose()
    {
        if (_start is null)
            return;
        _start = null;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
