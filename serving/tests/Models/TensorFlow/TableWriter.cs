using System.Buffers.Binary;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Writes LevelDB tables: what TensorFlow writes, and what it does not (several blocks, shared keys, Snappy literals).</summary>
internal static class TableWriter
{
    private const int RestartInterval = 16;

    /// <param name="entries">Sorted by key.</param>
    /// <param name="entriesPerBlock">Of data blocks.</param>
    /// <param name="snappy">Whether data blocks are wrapped as Snappy literals.</param>
    public static byte[] Write(IEnumerable<KeyValuePair<byte[], byte[]>> entries, int entriesPerBlock = int.MaxValue, bool snappy = false)
    {
        var file = new List<byte>();
        var index = new List<KeyValuePair<byte[], byte[]>>();
        foreach (var block in entries.Chunk(entriesPerBlock))
            index.Add(new(block[^1].Key, Append(file, Block(block), snappy)));
        byte[] footer = [.. Append(file, Block([]), false), .. Append(file, Block(index), false)];
        file.AddRange(footer);
        file.AddRange(new byte[40 - footer.Length]);
        file.AddRange([0x57, 0xFB, 0x80, 0x8B, 0x24, 0x75, 0x47, 0xDB]);
        return [.. file];
    }

    public static byte[] Varint(ulong number)
    {
        var bytes = new List<byte>();
        for (; number >= 0x80; number >>= 7)
            bytes.Add((byte)(number | 0x80));
        bytes.Add((byte)number);
        return [.. bytes];
    }

    private static byte[] Block(IEnumerable<KeyValuePair<byte[], byte[]>> entries)
    {
        var block = new List<byte>();
        var restarts = new List<int>();
        byte[] previous = [];
        var count = 0;
        foreach (var (key, value) in entries)
        {
            if (count++ % RestartInterval == 0)
            {
                restarts.Add(block.Count);
                previous = [];
            }
            var shared = previous.AsSpan().CommonPrefixLength(key);
            block.AddRange([.. Varint((ulong)shared), .. Varint((ulong)(key.Length - shared)), .. Varint((ulong)value.Length),
                .. key.AsSpan(shared), .. value]);
            previous = key;
        }
        if (restarts.Count == 0)
            restarts.Add(0);
        foreach (var number in restarts.Append(restarts.Count))
            block.AddRange(U32((uint)number));
        return [.. block];
    }

    // Returns the handle: offset and size.
    private static byte[] Append(List<byte> file, byte[] block, bool snappy)
    {
        byte[] stored = [.. snappy ? SnappyLiterals(block) : block, (byte)(snappy ? 1 : 0)];
        byte[] handle = [.. Varint((ulong)file.Count), .. Varint((ulong)stored.Length - 1)];
        file.AddRange(stored);
        file.AddRange(U32(Crc32C.Mask(Crc32C.Append(0, stored))));
        return handle;
    }

    private static byte[] SnappyLiterals(byte[] block)
    {
        var output = new List<byte>(Varint((ulong)block.Length));
        foreach (var piece in block.Chunk(60))
            output.AddRange([(byte)(piece.Length - 1 << 2), .. piece]);
        return [.. output];
    }

    private static byte[] U32(uint number)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        return bytes;
    }
}
