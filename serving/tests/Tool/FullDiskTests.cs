using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using ElasticSynapse.Serving.Tests.Models;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Serving.Tests.Tool;

/// <summary>The built tool on a disk of 256 KiB, a tmpfs that only its process sees: one line, and nothing that looks whole.</summary>
public sealed class FullDiskTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _disk = new();
    private readonly TemporaryFolder _elsewhere = new();
    private StoreServer _server = null!;

    public async Task InitializeAsync() => _server = await StoreServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose()
    {
        _disk.Dispose();
        _elsewhere.Dispose();
    }

    [Fact]
    public async Task Convert_NoRoom_OneLineAndNothingLeft()
    {
        var (code, error, left) = await RunAsync("convert", Path.Combine(RepositoryFiles.Root, "models", "demo-gpt2"), "--out", _disk.File("out"));
        Assert.Equal(1, code);
        Assert.Matches(@"^model: .*out: found no way to write \(No space left on device.*\); accepted: a folder that can be written, with room for the checkpoint\n$", error);
        Assert.Equal("", left);
    }

    [Fact]
    public async Task Fetch_NoRoom_RefusedBeforeTheFirstByte()
    {
        _server.Model("main", HubServer.Commit, ("config.json", "{}"u8.ToArray()), ("model.safetensors", StoreTestFolder.Bytes(300_000)));
        var (code, error, left) = await RunAsync("fetch", "hf://team/model", "--cache", _disk.FullPath);
        Assert.Equal(1, code);
        Assert.Matches(@"^model: hf://team/model: found 300,002 bytes to fetch, [0-9,]+ free at .*; accepted: room for the checkpoint in Model__CacheDirectory\n$", error);
        Assert.DoesNotContain("model.safetensors", left, StringComparison.Ordinal);
        Assert.Empty(_server.AskedFor(HubServer.FilePath("model.safetensors")));
    }

    [Fact]
    public async Task Fetch_ArchiveThatUnpacksToMore_OneLineAndNoVersion()
    {
        _server.With("/model.tar.gz", Archive(("config.json", "{}"u8.ToArray()), ("model.safetensors", StoreTestFolder.Bytes(1_000_000))));
        var (code, error, left) = await RunAsync("fetch", $"{_server.Address}model.tar.gz", "--cache", _disk.FullPath);
        Assert.Equal(1, code);
        Assert.Contains("No space left on device", error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("/current", left, StringComparison.Ordinal);
    }

    // What is left on the disk is listed before it goes with the process.
    private async Task<(int Code, string Error, string Left)> RunAsync(params string[] arguments)
    {
        const string script = """
            mount -t tmpfs -o size=256k tmpfs "$1" || exit 9
            disk=$1 listing=$2
            shift 2
            dotnet "$@"
            code=$?
            find "$disk" -type f >"$listing"
            exit $code
            """;
        var listing = _elsewhere.File("left");
        using var tool = Process.Start(new ProcessStartInfo("unshare",
            ["--mount", "bash", "-c", script, "bash", _disk.FullPath, listing, Path.Combine(AppContext.BaseDirectory, "ElasticSynapse.Serving.Tool.dll"), .. arguments])
        {
            RedirectStandardError = true,
            Environment = { ["HF_ENDPOINT"] = _server.Address.ToString() },
        })!;
        var error = await tool.StandardError.ReadToEndAsync().WaitAsync(Patience);
        await tool.WaitForExitAsync().WaitAsync(Patience);
        return (tool.ExitCode, error, await File.ReadAllTextAsync(listing));
    }

    private static byte[] Archive(params (string Name, byte[] Bytes)[] files)
    {
        using var archive = new MemoryStream();
        using (var tar = new TarWriter(new GZipStream(archive, CompressionLevel.SmallestSize)))
        {
            foreach (var (name, bytes) in files)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) });
        }
        return archive.ToArray();
    }
}
