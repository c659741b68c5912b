using System.Buffers.Binary;
using System.Text;

namespace ElasticSynapse.Serving.Models;

/// <summary>The bytes of a pickle, read in order. A length that the rest does not hold is refused before anything is allocated.</summary>
internal sealed class PickleBytes(string file, ReadOnlyMemory<byte> bytes)
{
    private int _position;

    public int Position => _position;

    public byte U8() => Take(1)[0];

    public ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public int I32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public double F64() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    /// <summary>Two's complement, little-endian; no bytes mean 0.</summary>
    /// <returns>Null for a number of more than 64 bits, a random seed say, which no tensor has to do with.</returns>
    public long? Long(long length)
    {
        var digits = Take(length);
        if (digits.Length > sizeof(long))
            return null;
        long value = digits.Length > 0 && digits[^1] >= 0x80 ? -1 : 0;
        for (var i = digits.Length - 1; i >= 0; i--)
            value = value << 8 | digits[i];
        return value;
    }

    public string Utf8(ulong length) => Encoding.UTF8.GetString(Take(length > int.MaxValue ? -1 : (long)length));

    /// <summary>Strings of Python 2, byte for byte.</summary>
    public string Latin1(long length) => Encoding.Latin1.GetString(Take(length));

    /// <summary>Text up to a line feed.</summary>
    public string Line()
    {
        var length = bytes.Span[_position..].IndexOf((byte)'\n');
        if (length < 0)
            throw Truncated();
        var line = Encoding.UTF8.GetString(Take(length));
        _position++;
        return line;
    }

    public CheckpointException Refused(string found, string accepted) =>
        Refusal.Of(file, $"{found} at byte {_position} of the pickle", accepted);

    private ReadOnlySpan<byte> Take(long length)
    {
        if (length < 0 || length > bytes.Length - _position)
            throw Truncated();
        var taken = bytes.Span.Slice(_position, (int)length);
        _position += taken.Length;
        return taken;
    }

    private CheckpointException Truncated() => Refused($"the end of its {bytes.Length} bytes", "a pickle that ends with STOP");
}
