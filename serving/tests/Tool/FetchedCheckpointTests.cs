using System.Buffers.Binary;
using System.Diagnostics;
using System.Formats.Tar;
using ElasticSynapse.Serving.Models;
using ElasticSynapse.Serving.Tests.Models;
using ElasticSynapse.Serving.Tool;
using ElasticSynapse.Tests;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Tests.Tool;

/// <summary>gpt-2-simple's folder <c>checkpoint</c> as its users keep it, from the address to a verified model.</summary>
public sealed class FetchedCheckpointTests : IAsyncLifetime, IDisposable
{
    private static readonly string Run = RepositoryFiles.Data("huggingface", "tf-gpt2", "checkpoint", "run1");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _cache = new();
    private StoreServer _server = null!;

    public async Task InitializeAsync() => _server = await StoreServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _cache.Dispose();

    // As copy_checkpoint_to_gdrive packs it.
    [Fact]
    public async Task Verify_ArchiveOfTheCheckpointFolder_TheRun()
    {
        using var archive = new MemoryStream();
        await using (var tar = new TarWriter(archive, leaveOpen: true))
        {
            foreach (var file in Directory.GetFiles(Run))
                await tar.WriteEntryAsync(file, $"checkpoint/run1/{Path.GetFileName(file)}");
        }
        _server.With("/checkpoint_run1.tar", archive.ToArray());
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await new ModelTool(output, error, hasTerminal: false)
            .RunAsync(["verify", $"{_server.Address}checkpoint_run1.tar", "--cache", _cache.FullPath], CancellationToken.None);
        Assert.Equal((0, ""), (code, error.ToString()));
        Assert.Contains("run1: 40 tensors of 848,896 bytes are whole and finite", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_BucketFolderCalledCheckpoint_TheRun()
    {
        var objects = Directory.GetFiles(Run).ToDictionary(file => $"checkpoint/run1/{Path.GetFileName(file)}", File.ReadAllBytes);
        _server.Routes["/storage/v1/b/bucket/o"] = context => context.Response.WriteAsJsonAsync(new
        {
            items = objects.Select(o => new { name = o.Key, size = $"{o.Value.Length}", generation = "1", crc32c = Checksum(o.Value) }),
        });
        foreach (var (name, bytes) in objects)
            _server.With($"/storage/v1/b/bucket/o/{name}", bytes);
        using var tool = Process.Start(new ProcessStartInfo("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "ElasticSynapse.Serving.Tool.dll"), "verify", "gs://bucket/checkpoint", "--cache", _cache.FullPath])
        {
            RedirectStandardOutput = true,
            Environment = { ["STORAGE_EMULATOR_HOST"] = _server.Address.ToString() },
        })!;
        var output = await tool.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        Assert.Contains("run1: 40 tensors of 848,896 bytes are whole and finite", output, StringComparison.Ordinal);
    }

    private static string Checksum(byte[] bytes)
    {
        var crc = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(crc, Crc32C.Append(0, bytes));
        return Convert.ToBase64String(crc);
    }
}
