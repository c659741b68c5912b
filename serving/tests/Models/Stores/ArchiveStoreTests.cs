using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Archives at an address: unpacked inside a folder or refused.</summary>
public sealed class ArchiveStoreTests : IAsyncLifetime, IDisposable
{
    private readonly StoreTestFolder _folder = new();
    private StoreServer _server = null!;

    public async Task InitializeAsync() => _server = await StoreServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("model.tar.gz", "", true)]
    [InlineData("model.tgz", "./", true)]
    [InlineData("model.tar", "gpt2/", true)]
    [InlineData("model.zip", "gpt2/", false)]
    [InlineData("model.zip", "", true)]
    public async Task Fetch_Archive_TheFolderInside(string name, string inside, bool hasRanges)
    {
        _server.HasRanges = hasRanges;
        var weights = StoreTestFolder.Bytes(70_000);
        _server.With("/" + name, Archive(name, (inside + "config.json", "{}"u8.ToArray()), (inside + "variables/variables.index", weights)));
        var uri = $"{_server.Address}{name}?signature=x";
        var folder = await _folder.FetchAsync(uri);
        Assert.Equal(["config.json", "variables/variables.index"], StoreTestFolder.FilesIn(folder));
        Assert.Equal(weights, await File.ReadAllBytesAsync(Path.Combine(folder, "variables", "variables.index")));
        await _server.DisposeAsync();
        Assert.Equal(folder, await _folder.FetchAsync(uri));
    }

    [Theory]
    [InlineData("model.tar", "../outside")]
    [InlineData("model.tar", "a/../../outside")]
    [InlineData("model.tar", "/etc/outside")]
    [InlineData("model.zip", "../outside")]
    [InlineData("model.zip", "a/../../outside")]
    [InlineData("model.zip", "/etc/outside")]
    [InlineData("model.zip", "..\\outside")]
    public async Task Fetch_PathOutOfTheFolder_Refused(string name, string path)
    {
        _server.With("/" + name, Archive(name, ("config.json", "{}"u8.ToArray()), (path, [1])));
        Assert.Contains("files and folders inside the archive's own folder", await RefusedAsync(name), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Cache, "outside*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.Fifo)]
    [InlineData(TarEntryType.CharacterDevice)]
    public async Task Fetch_TarEntryThatIsNoFile_Refused(TarEntryType type)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, leaveOpen: true))
        {
            var entry = new PaxTarEntry(type, "config.json");
            if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
                entry.LinkName = "/etc/passwd";
            tar.WriteEntry(entry);
        }
        _server.With("/model.tar", bytes.ToArray());
        Assert.Contains($"the archive's entry \"config.json\", a {type}", await RefusedAsync("model.tar"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_ZippedLink_Refused()
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            var entry = zip.CreateEntry("config.json");
            entry.ExternalAttributes = unchecked((int)0xA1FF0000);
            using var target = entry.Open();
            target.Write("/etc/passwd"u8);
        }
        _server.With("/model.zip", bytes.ToArray());
        Assert.Contains("the archive's entry \"config.json\", a link", await RefusedAsync("model.zip"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_Bomb_RefusedWithinBounds()
    {
        _server.With("/model.zip", Archive("model.zip", ("zeros", new byte[150_000_000])));
        Assert.Contains("expands to more than 200 times its size", await RefusedAsync("model.zip"), StringComparison.Ordinal);
        _server.With("/many.tar", Archive("many.tar", [.. Enumerable.Range(0, 10_001).Select(i => ($"file{i}", Array.Empty<byte>()))]));
        Assert.Contains("an archive of more than 10000 entries", await RefusedAsync("many.tar"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.tar.gz")]
    [InlineData("model.zip")]
    public async Task Fetch_ArchiveCutShort_Refused(string name)
    {
        var whole = Archive(name, ("config.json", "{}"u8.ToArray()), ("weights", StoreTestFolder.Bytes(20_000)));
        foreach (var percent in new[] { 1, 20, 50, 90 })
        {
            _server.With("/" + name, whole[..(whole.Length * percent / 100)]);
            Assert.Contains("a broken archive", await RefusedAsync(name), StringComparison.Ordinal);
        }
    }

    private Task<string> RefusedAsync(string name) => _folder.RefusedAsync($"{_server.Address}{name}");

    private static byte[] Archive(string name, params (string Path, byte[] Bytes)[] files)
    {
        using var bytes = new MemoryStream();
        if (name.EndsWith(".zip", StringComparison.Ordinal))
        {
            using var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8);
            foreach (var (path, content) in files)
            {
                using var entry = zip.CreateEntry(path).Open();
                entry.Write(content);
            }
        }
        else
        {
            using Stream target = name.EndsWith(".tar", StringComparison.Ordinal) ? bytes : new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true);
            using var tar = new TarWriter(target, leaveOpen: true);
            foreach (var (path, content) in files)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(content) });
        }
        return bytes.ToArray();
    }
}
