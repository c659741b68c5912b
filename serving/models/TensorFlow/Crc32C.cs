using System.Buffers.Binary;
using System.Numerics;

namespace ElasticSynapse.Serving.Models;

/// <summary>CRC-32C (Castagnoli, RFC 3720), and the form in which TensorFlow and LevelDB store it.</summary>
internal static class Crc32C
{
    private const uint MaskDelta = 0xA282EAD8;

    /// <param name="bytes">What comes after the bytes that <paramref name="crc"/> covers.</param>
    /// <param name="crc">Of the bytes before; 0 at the start.</param>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }
        foreach (var b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    /// <summary>As stored: a CRC of data that holds CRCs would be weak otherwise (LevelDB, <c>util/crc32c.h</c>).</summary>
    public static uint Mask(uint crc) => BitOperations.RotateRight(crc, 15) + MaskDelta;
}
