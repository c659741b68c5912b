using System.IO.Hashing;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tool;

/// <summary>The checksums that <c>torch.save</c> writes for each entry of its zip file. A start does without: they would take a reading
/// of the whole file.</summary>
internal static class ArchiveChecksums
{
    private const int WindowBytes = 1 << 24, StartBytes = 4;

    /// <summary>Checks the file that the weights are read from, or its shards; other formats have none of these.</summary>
    /// <exception cref="CheckpointException">An entry has other bytes.</exception>
    public static void Verify(LoadedCheckpoint checkpoint)
    {
        var file = checkpoint.Source.Description;
        string[] files = file.EndsWith(".bin.index.json", StringComparison.Ordinal)
            ? [.. Directory.GetFiles(checkpoint.Folder, "*" + PyTorchFile.Extension).Order(StringComparer.Ordinal)]
            : [file];
        foreach (var archive in files)
            VerifyEntries(archive);
    }

    private static void VerifyEntries(string path)
    {
        using var file = MappedFile.Open(path, "PyTorch file");
        if (!PyTorchArchive.Recognizes(file.Bytes(0, (int)Math.Min(StartBytes, file.Length))))
            return;
        foreach (var entry in ZipDirectory.Read(file).Values.OrderBy(entry => entry.Offset))
        {
            var crc = new Crc32();
            for (long start = 0; start < entry.Length; start += WindowBytes)
                crc.Append(file.Bytes(entry.Offset + start, (int)Math.Min(WindowBytes, entry.Length - start)));
            if (crc.GetCurrentHashAsUInt32() != entry.Checksum)
                throw Refusal.Of(path, $"a wrong checksum of the {entry.Length} bytes of {Refusal.Quoted(entry.Name)} at {entry.Offset}", "the bytes that torch.save wrote");
        }
    }
}
