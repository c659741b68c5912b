using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Reads a stored weight as 32-bit floats. From the file, not through a mapping: pages of a mapping that were read once would
/// stay in the process's memory beside what is made of them. Threads may read at once.
/// </summary>
internal sealed class FloatReader(StoredTensor tensor) : IDisposable
{
    private const int BytesOnTheStack = 1 << 13; // a row of an embedding

    private readonly SafeFileHandle _file = File.OpenHandle(tensor.File);

    /// <param name="start">Element of the tensor, in row-major order.</param>
    /// <exception cref="CheckpointException">The file has become shorter since it was checked.</exception>
    public void Read(long start, Span<float> values)
    {
        if (tensor.Type == TensorType.F32)
        {
            ReadBytes(start, MemoryMarshal.AsBytes(values));
            return;
        }
        var byteLength = values.Length * tensor.Type.Size();
        var bytes = byteLength <= BytesOnTheStack ? stackalloc byte[byteLength] : new byte[byteLength];
        ReadBytes(start, bytes);
        switch (tensor.Type)
        {
            case TensorType.F16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), values);
                break;
            case TensorType.BF16: // the upper half of an F32
                var upper = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = BitConverter.UInt32BitsToSingle((uint)upper[i] << 16);
                }
                break;
            case TensorType.F64:
                TensorPrimitives.ConvertTruncating<double, float>(MemoryMarshal.Cast<byte, double>(bytes), values);
                break;
            default:
                throw new InvalidOperationException($"{tensor.Type.Name()} is not the type of a weight");
        }
    }

    public void Dispose() => _file.Dispose();

    private void ReadBytes(long start, Span<byte> bytes)
    {
        var offset = tensor.Offset + (start * tensor.Type.Size());
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
}
