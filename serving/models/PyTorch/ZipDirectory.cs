using System.Buffers.Binary;
using System.Text;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// The central directory of a zip file whose entries are stored, as PyTorch writes it: where each entry lies, so that it can
/// be mapped. .NET's ZipArchive reads entries but does not tell their places.
/// </summary>
/// <remarks>PKWARE APPNOTE 6.3.10. PyTorch pads the extra field of the local header, so that entries start at multiples of 64;
/// its local headers may lack sizes (bit 3), so those of the central directory count.</remarks>
internal static class ZipDirectory
{
    private const uint EndSignature = 0x06054B50;
    private const uint End64LocatorSignature = 0x07064B50;
    private const uint End64Signature = 0x06064B50;
    private const uint CentralSignature = 0x02014B50;
    private const uint LocalSignature = 0x04034B50;
    private const int EndBytes = 22, End64LocatorBytes = 20, End64Bytes = 56, CentralBytes = 46, LocalBytes = 30;
    private const int LongestComment = ushort.MaxValue;
    private const int LargestDirectory = 100_000_000;
    private const ushort Zip64Field = 1;
    private const ushort EncryptedFlag = 1;

    public static IReadOnlyDictionary<string, ZipEntry> Read(MappedFile file)
    {
        var (directoryOffset, directoryBytes) = FindDirectory(file);
        var directory = file.Bytes(directoryOffset, directoryBytes);
        var entries = new Dictionary<string, ZipEntry>(StringComparer.Ordinal);
        while (directory.Length >= CentralBytes && U32(directory, 0) == CentralSignature)
        {
            int nameBytes = U16(directory, 28), extraBytes = U16(directory, 30), commentBytes = U16(directory, 32);
            var bytes = CentralBytes + nameBytes + extraBytes + commentBytes;
            if (bytes > directory.Length)
                break;
            var entry = ReadEntry(file, directory[..bytes], nameBytes, extraBytes, directoryOffset);
            if (!entries.TryAdd(entry.Name, entry))
                throw Refusal.Of(file.Path, $"entry {Refusal.Quoted(entry.Name)} twice", "a zip file with each entry once");
            directory = directory[bytes..];
        }
        return directory.IsEmpty ? entries : throw Broken(file, "a central directory that ends in the middle of an entry");
    }

    // The end record is the last thing in the file but for a comment; the ZIP64 one is found through a locator before it.
    private static (long Offset, int Length) FindDirectory(MappedFile file)
    {
        var tailBytes = (int)Math.Min(file.Length, EndBytes + LongestComment);
        var tail = file.Bytes(file.Length - tailBytes, tailBytes);
        for (var at = tailBytes - EndBytes; at >= 0; at--)
        {
            if (U32(tail, at) != EndSignature || at + EndBytes + U16(tail, at + 20) != tailBytes)
                continue;
            var end = file.Length - tailBytes + at;
            ulong length = U32(tail, at + 12), offset = U32(tail, at + 16);
            if (end >= End64LocatorBytes && file.Bytes(end - End64LocatorBytes, End64LocatorBytes) is var locator
                && U32(locator, 0) == End64LocatorSignature)
            {
                var end64 = U64(locator, 8);
                if (end64 > (ulong)(end - End64LocatorBytes) || (ulong)(end - End64LocatorBytes) - end64 < End64Bytes
                    || file.Bytes((long)end64, End64Bytes) is var record && U32(record, 0) != End64Signature)
                    throw Broken(file, "a ZIP64 end record that is not where its locator says");
                (length, offset) = (U64(file.Bytes((long)end64, End64Bytes), 40), U64(file.Bytes((long)end64, End64Bytes), 48));
            }
            if (length > LargestDirectory || offset > (ulong)end || (ulong)end - offset < length)
                throw Broken(file, $"a central directory of {length} bytes at {offset}");
            return ((long)offset, (int)length);
        }
        throw Broken(file, $"no end record in its {file.Length} bytes");
    }

    private static ZipEntry ReadEntry(
        MappedFile file, ReadOnlySpan<byte> central, int nameBytes, int extraBytes, long directoryOffset)
    {
        var name = Encoding.UTF8.GetString(central.Slice(CentralBytes, nameBytes));
        ulong compressed = U32(central, 20), length = U32(central, 24), offset = U32(central, 42);
        ReadZip64(central.Slice(CentralBytes + nameBytes, extraBytes), ref length, ref compressed, ref offset);
        if ((U16(central, 8) & EncryptedFlag) != 0 || U16(central, 10) != 0)
            throw Refusal.Of(file.Path, $"entry {Refusal.Quoted(name)} compressed or encrypted", "stored entries, as torch.save writes");
        if (length != compressed || offset > (ulong)directoryOffset || (ulong)directoryOffset - offset < LocalBytes)
            throw Broken(file, $"entry {Refusal.Quoted(name)} of {length} bytes at {offset}");
        var local = file.Bytes((long)offset, LocalBytes);
        if (U32(local, 0) != LocalSignature)
            throw Broken(file, $"no local header of entry {Refusal.Quoted(name)} at {offset}");
        var data = (long)offset + LocalBytes + U16(local, 26) + U16(local, 28);
        if (data > directoryOffset || (ulong)(directoryOffset - data) < length)
            throw Broken(file, $"entry {Refusal.Quoted(name)} of {length} bytes at {data}, beyond the central directory");
        return new ZipEntry(name, data, (long)length, U32(central, 16));
    }

    // Holds, in this order, those of the three numbers that do not fit into 32 bits.
    private static void ReadZip64(ReadOnlySpan<byte> extra, ref ulong length, ref ulong compressed, ref ulong offset)
    {
        while (extra.Length >= 4 && U16(extra, 2) <= extra.Length - 4)
        {
            var field = extra.Slice(4, U16(extra, 2));
            if (U16(extra, 0) == Zip64Field)
            {
                Take(ref field, ref length);
                Take(ref field, ref compressed);
                Take(ref field, ref offset);
                return;
            }
            extra = extra[(4 + field.Length)..];
        }

        static void Take(ref ReadOnlySpan<byte> field, ref ulong number)
        {
            if (number != uint.MaxValue || field.Length < sizeof(ulong))
                return;
            number = U64(field, 0);
            field = field[sizeof(ulong)..];
        }
    }

    private static CheckpointException Broken(MappedFile file, string found) =>
        Refusal.Of(file.Path, found, "a whole zip file, as torch.save writes");

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
