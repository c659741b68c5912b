using System.Diagnostics;
using ElasticSynapse.Serving.Tests.Models;

namespace ElasticSynapse.Serving.Tests.Tool;

/// <summary>The built tool as its own process, killed in the middle.</summary>
public sealed class KilledFetchTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string Weights = HubServer.FilePath("model.safetensors");

    private readonly TemporaryFolder _folder = new();
    private StoreServer _server = null!;

    public async Task InitializeAsync() => _server = await StoreServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Fetch_KilledAndStartedAgain_GoesOnAndServesNothingUnfinished()
    {
        var bytes = StoreTestFolder.Bytes(50_000);
        _server.Model("main", HubServer.Commit, ("config.json", "{}"u8.ToArray()), ("model.safetensors", bytes));
        _server.Fault(Weights, context => Task.Delay(Patience, TimeProvider.System, context.RequestAborted)); // never answers
        using (var first = Start())
        {
            await UntilAsync(() => _server.AskedFor(Weights).Count == 1 && Found("config.json") && !Found("config.json.parts"));
            first.Kill(); // SIGKILL
            await first.WaitForExitAsync().WaitAsync(Patience);
        }
        Assert.False(Found("current"));

        using var second = Start();
        var output = await second.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await second.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(0, second.ExitCode);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(output.Trim(), "model.safetensors")));
        Assert.Single(_server.AskedFor(HubServer.FilePath("config.json")));
    }

    [Fact]
    public async Task Fetch_TwoProcesses_FetchOnce()
    {
        _server.Model("main", HubServer.Commit, ("config.json", "{}"u8.ToArray()), ("model.safetensors", StoreTestFolder.Bytes(50_000)));
        using var first = Start();
        using var second = Start();
        var outputs = await Task.WhenAll(first.StandardOutput.ReadToEndAsync(), second.StandardOutput.ReadToEndAsync()).WaitAsync(Patience);
        Assert.Equal(outputs[0], outputs[1]);
        Assert.True(Directory.Exists(outputs[0].Trim()));
        Assert.Single(_server.AskedFor(Weights));
    }

    [Theory]
    [InlineData("1", false)]
    [InlineData("1000000", true)]
    [InlineData(null, true)]
    public async Task Fetch_CacheThatIsBounded_LeastRecentlyUsedGoes(string? maxBytes, bool keepsBoth)
    {
        foreach (var revision in new[] { "v1", "v2" })
            _server.Model(revision, revision + HubServer.Commit[2..], ("config.json", "{}"u8.ToArray()), ("model.safetensors", StoreTestFolder.Bytes(50_000)));
        var first = await OutputAsync("hf://team/model@v1", maxBytes);
        var second = await OutputAsync("hf://team/model@v2", maxBytes);
        Assert.Equal((keepsBoth, true), (Directory.Exists(first.Trim()), Directory.Exists(second.Trim())));
    }

    [Fact]
    public async Task Fetch_BoundThatIsNoNumber_OneLine()
    {
        using var process = Start("hf://team/model", "20GB");
        var error = await process.StandardError.ReadToEndAsync().WaitAsync(Patience);
        Assert.Equal("model: Model__CacheMaxBytes: found 20GB; accepted: a number of bytes of at least 0\n", error);
    }

    private async Task<string> OutputAsync(string uri, string? maxBytes)
    {
        using var process = Start(uri, maxBytes);
        return await process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
    }

    private Process Start(string uri = "hf://team/model", string? maxBytes = null) => Process.Start(new ProcessStartInfo("dotnet",
        [Path.Combine(AppContext.BaseDirectory, "ElasticSynapse.Serving.Tool.dll"), "fetch", uri])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = maxBytes is not null,
        Environment = { ["HF_ENDPOINT"] = _server.Address.ToString(), ["Model__CacheDirectory"] = _folder.FullPath, ["Model__CacheMaxBytes"] = maxBytes },
    })!;

    private bool Found(string name) => Directory.GetFiles(_folder.FullPath, name, SearchOption.AllDirectories).Length > 0;

    private static async Task UntilAsync(Func<bool> holds)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, "waited in vain");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }
}
