using System.Buffers.Binary;

namespace ElasticSynapse.Serving.Models;

/// <summary>Snappy's raw block format (google/snappy, <c>format_description.txt</c>).</summary>
internal static class Snappy
{
    // A three-byte copy gives at most 64 bytes.
    private const int MostBytesForOne = 22;

    /// <returns>Null if the block is broken.</returns>
    public static byte[]? Decompress(ReadOnlySpan<byte> block)
    {
        if (!Varint.TryRead(ref block, out var length) || length > (ulong)MostBytesForOne * (ulong)block.Length)
            return null;
        var output = new byte[length];
        var written = 0;
        while (!block.IsEmpty)
        {
            var tag = block[0];
            block = block[1..];
            var step = (tag & 3) == 0 ? Literal(tag, ref block, output.AsSpan(written)) : Copy(tag, ref block, output, written);
            if (step == 0)
                return null;
            written += step;
        }
        return written == output.Length ? output : null;
    }

    // Bytes as they are; lengths above 60 stand in 1 to 4 bytes behind the tag. 0 if broken.
    private static int Literal(byte tag, ref ReadOnlySpan<byte> block, Span<byte> output)
    {
        var length = (tag >> 2) + 1L;
        if (length > 60)
        {
            var lengthBytes = (int)length - 60;
            if (block.Length < lengthBytes)
                return 0;
            length = 1;
            for (var i = 0; i < lengthBytes; i++)
                length += (long)block[i] << 8 * i;
            block = block[lengthBytes..];
        }
        if (length > block.Length || length > output.Length)
            return 0;
        block[..(int)length].CopyTo(output);
        block = block[(int)length..];
        return (int)length;
    }

    // Earlier output once more; it may overlap what it writes. 0 if broken.
    private static int Copy(byte tag, ref ReadOnlySpan<byte> block, byte[] output, int written)
    {
        var offsetBytes = (tag & 3) switch { 1 => 1, 2 => 2, _ => 4 };
        if (block.Length < offsetBytes)
            return 0;
        var (length, offset) = offsetBytes switch
        {
            1 => ((tag >> 2 & 7) + 4, (long)(tag >> 5) << 8 | block[0]),
            2 => ((tag >> 2) + 1, BinaryPrimitives.ReadUInt16LittleEndian(block)),
            _ => ((tag >> 2) + 1, BinaryPrimitives.ReadUInt32LittleEndian(block)),
        };
        block = block[offsetBytes..];
        if (offset == 0 || offset > written || length > output.Length - written)
            return 0;
        for (var i = written; i < written + length; i++)
            output[i] = output[i - (int)offset];
        return length;
    }
}
