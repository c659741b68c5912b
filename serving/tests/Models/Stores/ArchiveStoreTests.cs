using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using ElasticSynapse.Serving.Models;

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

    [Theory]
    [InlineData("model.zip", "", "__MACOSX/._config.json", ".DS_Store", "._config.json")]
    [InlineData("model.tar.gz", "gpt2/", "gpt2/._config.json", "._gpt2", "__MACOSX/gpt2/._config.json")]
    [InlineData("model.zip", "gpt2/", "README.md", "images/logo.svg")]
    [InlineData("model.tar", "project/models/gpt2/", "project/README.md", "project/code/train.py")]
    public async Task LocalFolder_ArchiveWithMoreThanTheCheckpoint_TheOnlyFolderThatHoldsOne(string name, string inside, params string[] others)
    {
        _server.With("/" + name, Archive(name, [.. others.Select(path => (path, "x"u8.ToArray())), (inside + "config.json", "{}"u8.ToArray())]));
        var folder = CheckpointFolder.Within(await _folder.FetchAsync($"{_server.Address}{name}"));
        Assert.Equal(["config.json"], StoreTestFolder.FilesIn(folder).Where(file => file.EndsWith("config.json", StringComparison.Ordinal)));
        Assert.True(File.Exists(Path.Combine(folder, "config.json")));
    }

    // copy_checkpoint_to_gdrive packs the folder checkpoint itself.
    [Theory]
    [InlineData("checkpoint/run1/")]
    [InlineData("run1/")]
    public async Task LocalFolder_GptTwoSimplesArchive_TheRun(string inside)
    {
        _server.With("/checkpoint_run1.tar", Archive("checkpoint_run1.tar", (inside + "hparams.json", "{}"u8.ToArray()), (inside + "checkpoint", [1])));
        var folder = CheckpointFolder.Within(await _folder.FetchAsync($"{_server.Address}checkpoint_run1.tar"));
        Assert.Equal(["checkpoint", "hparams.json"], StoreTestFolder.FilesIn(folder));
    }

    [Fact]
    public async Task LocalFolder_ArchiveOfSeveralCheckpoints_RefusedByName()
    {
        _server.With("/runs.zip", Archive("runs.zip", ("checkpoint/run1/hparams.json", "{}"u8.ToArray()), ("checkpoint/run2/hparams.json", "{}"u8.ToArray())));
        var fetched = await _folder.FetchAsync($"{_server.Address}runs.zip");
        Assert.EndsWith("found 2 checkpoints below it (run1, run2); accepted: one, or the address of one",
            Assert.Throws<CheckpointException>(() => CheckpointFolder.Within(fetched)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_EntryTwiceInATar_TheLaterOne()
    {
        _server.With("/model.tar", Archive("model.tar", ("config.json", "{\"older\":true}"u8.ToArray()), ("config.json", "{}"u8.ToArray())));
        Assert.Equal("{}", await File.ReadAllTextAsync(Path.Combine(await _folder.FetchAsync($"{_server.Address}model.tar"), "config.json")));
    }

    // No length, no ranges: nothing tells that it is not whole.
    [Fact]
    public async Task Fetch_ArchiveCutByAServerThatTellsNoLength_FetchedAgainByTheNextTry()
    {
        var whole = Archive("model.tar", ("config.json", "{}"u8.ToArray()), ("weights", StoreTestFolder.Bytes(20_000)));
        var sent = whole[..10_000];
        _server.Routes["/model.tar"] = async context =>
        {
            await context.Response.StartAsync();
            await context.Response.Body.WriteAsync(sent);
        };
        Assert.Contains("a broken archive", await RefusedAsync("model.tar"), StringComparison.Ordinal);
        sent = whole;
        Assert.Equal(["config.json", "weights"], StoreTestFolder.FilesIn(await _folder.FetchAsync($"{_server.Address}model.tar")));
    }

    [Theory]
    [InlineData("W/\"1\"", "W/\"2\"")]
    [InlineData(null, null)]
    public async Task Fetch_RefreshOfAnArchiveOfTheSameLength_TheNewOne(string? tag, string? newTag)
    {
        Serve("{\"a\":1}", tag);
        var uri = $"{_server.Address}model.tar";
        var old = await _folder.FetchAsync(uri);
        Serve("{\"a\":2}", newTag);
        Assert.Equal(old, await _folder.FetchAsync(uri));
        var fresh = await _folder.FetchAsync(uri, refresh: true);
        Assert.Equal("{\"a\":2}", await File.ReadAllTextAsync(Path.Combine(fresh, "config.json")));
        Assert.Equal(fresh, await _folder.FetchAsync(uri));
        Assert.Equal("{\"a\":1}", await File.ReadAllTextAsync(Path.Combine(old, "config.json")));

        void Serve(string config, string? etag)
        {
            var bytes = Archive("model.tar", ("config.json", System.Text.Encoding.UTF8.GetBytes(config)));
            _server.Routes["/model.tar"] = async context =>
            {
                Assert.Equal(0, context.Request.Headers.IfMatch.Count);
                if (etag is not null)
                    context.Response.Headers.ETag = etag;
                context.Response.ContentLength = bytes.Length;
                await context.Response.Body.WriteAsync(bytes);
            };
        }
    }

    [Fact]
    public async Task Fetch_AddressWithAPassword_SentToItsHostAloneAndNeverShown()
    {
        await using var elsewhere = await StoreServer.StartAsync();
        elsewhere.With("/blob", Archive("model.tar", ("config.json", "{}"u8.ToArray())));
        var withPassword = new UriBuilder($"{_server.Address}model.tar") { UserName = "someone", Password = "p%40ss" }.Uri.AbsoluteUri;
        _server.Fail("/model.tar", 403);
        var message = (await Assert.ThrowsAsync<CheckpointException>(() => _folder.FetchAsync(withPassword))).Message;
        Assert.StartsWith($"{_server.Address}model.tar: found 403", message, StringComparison.Ordinal);

        _server.Routes["/model.tar"] = context =>
        {
            context.Response.Redirect($"{elsewhere.Address}blob");
            return Task.CompletedTask;
        };
        var folder = await _folder.FetchAsync(withPassword);
        Assert.All(_server.Requests, r => Assert.Equal("Basic " + Convert.ToBase64String("someone:p@ss"u8), r.Authorization));
        Assert.All(elsewhere.Requests, r => Assert.Equal("", r.Authorization));
        Assert.NotEmpty(elsewhere.Requests);
        Assert.DoesNotContain("someone", folder, StringComparison.Ordinal);
        // Another password is no other checkpoint.
        var without = $"{_server.Address}model.tar";
        await _server.DisposeAsync();
        Assert.Equal(folder, await _folder.FetchAsync(without));
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
