using System.IO.Compression;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Zip files in the form of torch.save, written by .NET's own writer.</summary>
internal static class TorchArchive
{
    public static byte[] Write(byte[] pickle, params (string Key, byte[] Bytes)[] storages) =>
        WriteEntries([("archive/data.pkl", pickle), ("archive/byteorder", "little"u8.ToArray()),
            .. storages.Select(s => ($"archive/data/{s.Key}", s.Bytes)), ("archive/version", "3\n"u8.ToArray())]);

    public static byte[] WriteEntries(params (string Name, byte[] Bytes)[] entries) => WriteEntries(CompressionLevel.NoCompression, entries);

    public static byte[] WriteEntries(CompressionLevel level, params (string Name, byte[] Bytes)[] entries)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        }
        return bytes.ToArray();
    }
}
