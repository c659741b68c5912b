using System.Formats.Tar;
using System.IO.Compression;

namespace ElasticSynapse.Serving.Models;

/// <summary>Unpacks the archive of a checkpoint: files only, all of them inside the folder, within bounds.</summary>
internal sealed class ArchiveExtraction(string owner, string folder)
{
    private const int MostEntries = 10_000;
    private const int LargestRatio = 200; // of weights, a compressor gets 2
    private const long SmallArchive = 100_000_000; // may expand to so much whatever its own size

    private const string Accepted = "files and folders inside the archive's own folder";

    private int _entries;
    private long _bytesLeft;

    /// <exception cref="CheckpointException">Broken, or an entry leads out, or there are too many or too large ones.</exception>
    public void Extract(string archive)
    {
        _bytesLeft = Math.Max(SmallArchive, new FileInfo(archive).Length * LargestRatio);
        try
        {
            using var file = File.OpenRead(archive);
            if (archive.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
                ExtractZip(file);
            else if (archive.EndsWith(".tar", StringComparison.OrdinalIgnoreCase))
                ExtractTar(file);
            else
                ExtractCompressedTar(file);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw Refusal.Of(owner, $"a broken archive ({e.Message})", "a whole .tar.gz, .tar or .zip", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refusal.Of(owner, $"an archive that cannot be unpacked ({e.Message})", "room in Model__CacheDirectory", e);
        }
    }

    private void ExtractCompressedTar(FileStream file)
    {
        using var tar = new GZipStream(file, CompressionMode.Decompress);
        ExtractTar(tar);
    }

    private void ExtractTar(Stream stream)
    {
        using var tar = new TarEnd(stream);
        using var reader = new TarReader(tar);
        while (reader.GetNextEntry() is { } entry)
        {
            switch (entry.EntryType)
            {
                case TarEntryType.GlobalExtendedAttributes:
                    continue;
                case TarEntryType.Directory:
                    Place(entry.Name);
                    continue;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    // tar --append leaves an older one before the newer.
                    Write(entry.Name, entry.DataStream ?? Stream.Null, FileMode.Create);
                    continue;
                default:
                    throw Refusal.Of(owner, $"the archive's entry {Refusal.Quoted(entry.Name)}, a {entry.EntryType}", Accepted);
            }
        }
        if (!tar.IsMarked())
            throw new InvalidDataException("it ends without a tar's end mark");
    }

    private void ExtractZip(FileStream file)
    {
        using var zip = new ZipArchive(file, ZipArchiveMode.Read);
        foreach (var entry in zip.Entries)
        {
            const int unixTypeMask = 0xF000, unixLink = 0xA000;
            if ((entry.ExternalAttributes >> 16 & unixTypeMask) == unixLink)
                throw Refusal.Of(owner, $"the archive's entry {Refusal.Quoted(entry.FullName)}, a link", Accepted);
            if (entry.FullName.EndsWith('/'))
            {
                Place(entry.FullName);
                continue;
            }
            using var content = entry.Open();
            Write(entry.FullName, content, FileMode.CreateNew);
        }
    }

    private void Write(string name, Stream content, FileMode mode)
    {
        if (Place(name) is not { } path)
            throw Refusal.Of(owner, $"the archive's entry {Refusal.Quoted(name)}", Accepted);
        if (IsLitter(name))
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = new FileStream(path, mode, FileAccess.Write);
        var buffer = new byte[1 << 17];
        while (content.Read(buffer) is > 0 and var read)
        {
            _bytesLeft -= read;
            if (_bytesLeft < 0)
                throw Refusal.Of(owner, $"an archive that expands to more than {LargestRatio} times its size", "a checkpoint");
            file.Write(buffer.AsSpan(0, read));
        }
    }

    // What macOS adds of its own.
    private static bool IsLitter(string name) =>
        name.Split('/') is [.., var last] parts && (parts.Contains("__MACOSX") || last == ".DS_Store" || last.StartsWith("._", StringComparison.Ordinal));

    // "./" at the start is what tar writes of a folder's content. Null for the folder itself.
    private string? Place(string name)
    {
        if (++_entries > MostEntries)
            throw Refusal.Of(owner, $"an archive of more than {MostEntries} entries", "a checkpoint");
        var path = name.TrimEnd('/');
        while (path.StartsWith("./", StringComparison.Ordinal))
            path = path[2..];
        if (path is "" or ".")
            return null;
        return WantedFiles.IsInside(path) ? Path.Combine(folder, path) : throw Refusal.Of(owner, $"the archive's entry {Refusal.Quoted(name)}", Accepted);
    }
}
