using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>Reads a stored weight as 32-bit floats. Threads may read at once.</summary>
internal sealed class FloatReader(StoredTensor tensor) : IDisposable
{
    private const int BytesOnTheStack = 1 << 13; // a row of an embedding

    private readonly ByteReader _bytes = new(tensor);

    /// <param name="start">Element of the tensor, in row-major order.</param>
    /// <exception cref="CheckpointException">The file has become shorter since it was checked.</exception>
    public void Read(long start, Span<float> values)
    {
        if (tensor.Type == TensorType.F32)
        {
            ReadBytes(start * sizeof(float), MemoryMarshal.AsBytes(values));
            return;
        }
        var byteLength = values.Length * tensor.Type.Size();
        var bytes = byteLength <= BytesOnTheStack ? stackalloc byte[byteLength] : new byte[byteLength];
        ReadBytes(start * tensor.Type.Size(), bytes);
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

    /// <summary>As they lie in the file.</summary>
    /// <param name="start">Byte of the tensor.</param>
    /// <exception cref="CheckpointException">As above.</exception>
    public void ReadBytes(long start, Span<byte> bytes) => _bytes.Read(start, bytes);

    public void Dispose() => _bytes.Dispose();
}
