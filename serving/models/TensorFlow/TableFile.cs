using System.Buffers.Binary;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// A sorted table of keys and values as LevelDB writes it: data blocks, an index of them, a footer. The checksum of every
/// block is verified.
/// </summary>
/// <remarks>google/leveldb, <c>doc/table_format.md</c>; TensorFlow's <c>core/lib/io/table*.cc</c> write the same.</remarks>
internal static class TableFile
{
    private const int FooterBytes = 48;
    private const int TrailerBytes = 5; // compression, checksum
    private const long LargestFile = 1L << 30; // 20,000 tensors need 2 MB
    private const ulong Magic = 0xDB4775248B80FB57;
    private const byte Uncompressed = 0, SnappyCompressed = 1;

    /// <summary>All entries in the order of the file.</summary>
    /// <exception cref="CheckpointException">Not a table, or a broken one.</exception>
    public static IEnumerable<KeyValuePair<byte[], byte[]>> Read(MappedFile file)
    {
        if (file.Length > LargestFile)
            throw Broken(file, $"{file.Length} bytes");
        var (metaIndex, index) = ReadFooter(file);
        ReadBlock(file, metaIndex); // empty in a checkpoint, but part of the file
        foreach (var (_, handle) in Entries(file, ReadBlock(file, index)))
        {
            foreach (var entry in Entries(file, ReadBlock(file, handle)))
                yield return entry;
        }
    }

    /// <summary>Whether a file ends as a table does.</summary>
    public static bool IsTable(string path)
    {
        if (new FileInfo(path).Length < FooterBytes)
            return false;
        using var file = MappedFile.Open(path, "file");
        return BinaryPrimitives.ReadUInt64LittleEndian(file.Bytes(file.Length - sizeof(ulong), sizeof(ulong))) == Magic;
    }

    private static (byte[] MetaIndex, byte[] Index) ReadFooter(MappedFile file)
    {
        if (file.Length < FooterBytes)
            throw Broken(file, $"{file.Length} bytes");
        var footer = file.Bytes(file.Length - FooterBytes, FooterBytes);
        if (BinaryPrimitives.ReadUInt64LittleEndian(footer[^sizeof(ulong)..]) != Magic)
            throw Broken(file, "no table's footer at its end");
        var metaIndex = footer[..^sizeof(ulong)];
        var index = metaIndex;
        if (!Varint.TryRead(ref index, out _) || !Varint.TryRead(ref index, out _))
            throw Broken(file, "a footer without handles");
        var padding = index;
        return Varint.TryRead(ref padding, out _) && Varint.TryRead(ref padding, out _) && !padding.ContainsAnyExcept((byte)0)
            ? (metaIndex.ToArray(), index.ToArray())
            : throw Broken(file, "a footer without handles");
    }

    /// <param name="handle">Offset and size, as varints.</param>
    private static byte[] ReadBlock(MappedFile file, ReadOnlySpan<byte> handle)
    {
        if (!Varint.TryRead(ref handle, out var offset) || !Varint.TryRead(ref handle, out var size)
            || offset > (ulong)file.Length || size > (ulong)file.Length - offset || (ulong)file.Length - offset - size < TrailerBytes)
            throw Broken(file, "a block outside the file");
        var stored = file.Bytes((long)offset, (int)size + TrailerBytes);
        var checksum = BinaryPrimitives.ReadUInt32LittleEndian(stored[^sizeof(uint)..]);
        if (Crc32C.Mask(Crc32C.Append(0, stored[..^sizeof(uint)])) != checksum)
            throw Broken(file, $"the block of {size} bytes at {offset} with a wrong checksum");
        var block = stored[..^TrailerBytes];
        return stored[^TrailerBytes] switch
        {
            Uncompressed => block.ToArray(),
            SnappyCompressed => Snappy.Decompress(block) ?? throw Broken(file, $"the block at {offset} with broken Snappy data"),
            var other => throw Refusal.Of(file.Path, $"a block of compression {other}", "0 (none), 1 (Snappy)"),
        };
    }

    // An entry: how much of the previous key it shares, how many bytes of its own, the value's length; then both.
    private static IEnumerable<KeyValuePair<byte[], byte[]>> Entries(MappedFile file, byte[] block)
    {
        var end = EntriesEnd(file, block);
        byte[] key = [];
        for (var position = 0; position < end;)
        {
            KeyValuePair<byte[], byte[]> entry;
            (entry, position) = Entry(file, block.AsSpan(0, end), position, key);
            key = entry.Key;
            yield return entry;
        }
    }

    private static (KeyValuePair<byte[], byte[]> Entry, int Next) Entry(
        MappedFile file, ReadOnlySpan<byte> entries, int position, byte[] previousKey)
    {
        var rest = entries[position..];
        if (!Varint.TryRead(ref rest, out var shared) || !Varint.TryRead(ref rest, out var unshared)
            || !Varint.TryRead(ref rest, out var valueBytes) || shared > (ulong)previousKey.Length
            || unshared > (ulong)rest.Length || valueBytes > (ulong)rest.Length - unshared)
            throw Broken(file, $"an entry beyond its block at {position}");
        byte[] key = [.. previousKey.AsSpan(0, (int)shared), .. rest[..(int)unshared]];
        var value = rest.Slice((int)unshared, (int)valueBytes).ToArray();
        return (new(key, value), entries.Length - rest.Length + (int)unshared + (int)valueBytes);
    }

    // Behind the entries: places where a key is whole, for searching, and their number.
    private static int EntriesEnd(MappedFile file, byte[] block)
    {
        if (block.Length < sizeof(uint))
            throw Broken(file, "a block without restarts");
        var restarts = BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(block.Length - sizeof(uint)));
        if (restarts > (uint)(block.Length / sizeof(uint) - 1))
            throw Broken(file, $"a block of {block.Length} bytes with {restarts} restarts");
        return block.Length - sizeof(uint) * ((int)restarts + 1);
    }

    private static CheckpointException Broken(MappedFile file, string found) =>
        Refusal.Of(file.Path, found, "a whole .index file of a TensorFlow checkpoint (V2)");
}
