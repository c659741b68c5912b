using Microsoft.Win32.SafeHandles;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Reads a stored weight's bytes. From the file, not through a mapping: pages of a mapping that were read once would stay in the
/// process's memory beside what is made of them. Threads may read at once.
/// </summary>
internal sealed class ByteReader(StoredTensor tensor) : IDisposable
{
    private readonly SafeFileHandle _file = File.OpenHandle(tensor.File);

    /// <param name="start">Byte of the tensor.</param>
    /// <exception cref="CheckpointException">The file has become shorter since it was checked.</exception>
    public void Read(long start, Span<byte> bytes)
    {
        var offset = tensor.Offset + start;
        while (bytes.Length > 0)
        {
            var read = RandomAccess.Read(_file, bytes, offset);
            if (read == 0)
            {
                throw Refusal.OfTensor(tensor.File, tensor.Name, "the file's end before the tensor's", "a file that does not change while it is in use");
            }
            bytes = bytes[read..];
            offset += read;
        }
    }

    public void Dispose() => _file.Dispose();
}
