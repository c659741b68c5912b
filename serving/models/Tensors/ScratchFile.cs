namespace ElasticSynapse.Serving.Models;

/// <summary>
/// A temporary file of tensors that no file of the checkpoint holds in row-major order: transposed, strided or partitioned
/// ones. Written once while a source opens, so that everything behind the source finds every tensor as bytes of a file.
/// </summary>
/// <param name="checkpoint">The file that the tensors are from; the owner in messages.</param>
internal sealed class ScratchFile(string checkpoint) : IDisposable
{
    private const int BufferBytes = 1 << 20;
    private const int Alignment = 64;

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"elastic-synapse-{Guid.NewGuid():N}.tensors");
    private FileStream? _stream;
    private bool _isMapped;

    /// <summary>Adds a tensor.</summary>
    /// <param name="tensor">Name, type and shape; its place is another one.</param>
    /// <param name="write">Writes exactly the tensor's bytes, row-major.</param>
    /// <returns>The tensor in this file.</returns>
    /// <exception cref="CheckpointException">The temporary folder cannot be written, or is full.</exception>
    public StoredTensor Add(StoredTensor tensor, Action<Stream> write)
    {
        try
        {
            _stream ??= new FileStream(_path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, BufferBytes);
            _stream.Position = (_stream.Position + Alignment - 1) / Alignment * Alignment;
            var offset = _stream.Position;
            write(_stream);
            return tensor with { File = _path, Offset = offset };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(e);
        }
    }

    /// <summary>Ends the writing.</summary>
    /// <returns>The file, which goes when it is disposed; null if nothing was added.</returns>
    public MappedFile? Map()
    {
        if (_stream is null)
            return null;
        try
        {
            _stream.Dispose();
        }
        catch (IOException e)
        {
            throw CannotWrite(e);
        }
        var file = MappedFile.Open(_path, "temporary file", isTemporary: true);
        _isMapped = true;
        return file;
    }

    /// <summary>Removes the file, unless it has been mapped.</summary>
    public void Dispose()
    {
        if (_stream is null || _isMapped)
            return;
        try
        {
            _stream.Dispose();
        }
        catch (IOException)
        {
            // What could not be flushed is about to be removed.
        }
        File.Delete(_path);
    }

    private CheckpointException CannotWrite(Exception e) =>
        Refusal.Of(checkpoint, $"tensors to rearrange, but {_path} cannot be written ({e.Message})",
            "a temporary folder (TMPDIR) with room for them", e);
}
