using System.Globalization;
using ElasticSynapse.Serving.Models;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>The downloader and the cache, against a server that speaks the hub's API and fails in every way.</summary>
public sealed class CheckpointFetchTests : HubTests
{
    [Fact]
    public async Task Run_Cold_FetchesInPartsAndVerifies()
    {
        var reports = new Reports();
        var folder = await _folder.FetchAsync(Address, progress: reports);
        Assert.Equal(["config.json", "model.safetensors"], StoreTestFolder.FilesIn(folder));
        Assert.Equal(WeightBytes, await File.ReadAllBytesAsync(Path.Combine(folder, "model.safetensors")));
        Assert.Equal(10, _server.AskedFor(Weights).Count);
        Assert.Contains(reports.All, r => r is { FetchedBytes: 9_502, TotalBytes: 9_502 });
    }

    [Fact]
    public async Task Run_Warm_TouchesNoNetwork()
    {
        var folder = await _folder.FetchAsync(Address);
        await _server.DisposeAsync();
        Assert.Equal(folder, await _folder.FetchAsync(Address));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_ConnectionCut_GoesOnWhereItWas(bool hasRanges)
    {
        _server.HasRanges = hasRanges;
        _folder.Settings = _folder.Settings with { PartBytes = 5_000 };
        var reports = new Reports();
        // Without ranges the second connection ends before it brings anything new.
        _server.Cut(Weights, 0.6, reports.ReachAsync(hasRanges ? 3_002 : 5_702)).Cut(Weights, 0.5, hasRanges ? reports.ReachAsync(4_002) : null);
        var folder = await _folder.FetchAsync(Address, progress: reports);
        Assert.Equal(WeightBytes, await File.ReadAllBytesAsync(Path.Combine(folder, "model.safetensors")));
        if (hasRanges)
            Assert.Equal(["bytes=0-4999", "bytes=3000-4999", "bytes=4000-4999", "bytes=5000-9499"], _server.AskedFor(Weights).Select(r => r.Range));
    }

    [Fact]
    public async Task Run_CutWithoutAByteEachTime_GivesUpWithOneLine()
    {
        for (var i = 0; i < 3; i++)
            _server.Cut(Weights, 0);
        Assert.Contains("(3 tries); accepted: a store that answers", await _folder.RefusedAsync(Address), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(408)]
    public async Task Run_FailureThatPasses_TriedAgain(int status)
    {
        _server.Fail(Weights, status, times: 2, retryAfter: "0").Fail($"/api/models/team/model/revision/main", status);
        Assert.Equal(WeightBytes, await File.ReadAllBytesAsync(Path.Combine(await _folder.FetchAsync(Address), "model.safetensors")));
    }

    [Fact]
    public async Task Run_FailureThatStays_GivesUpWithOneLine()
    {
        _server.Fail(Weights, 500, times: 99);
        Assert.Equal($"{Address}: found 500 Internal Server Error from 127.0.0.1 (3 tries); accepted: a store that answers", await _folder.RefusedAsync(Address));
    }

    [Theory]
    [InlineData(401, "401 Unauthorized from 127.0.0.1 (the store says no); accepted: credentials that may read it")]
    [InlineData(403, "403 Forbidden from 127.0.0.1 (the store says no); accepted: credentials that may read it")]
    [InlineData(404, "404 Not Found from 127.0.0.1 (the store says no); accepted: a model that is there")]
    public async Task Run_Refusal_NotTriedAgain(int status, string expected)
    {
        const string list = "/api/models/team/model/revision/main";
        _server.Fail(list, status);
        Assert.Contains(expected, await _folder.RefusedAsync(Address), StringComparison.Ordinal);
        Assert.Single(_server.AskedFor(list));
    }

    [Fact]
    public async Task Run_NoServer_OneLine()
    {
        await _server.DisposeAsync();
        Assert.Contains("(3 tries); accepted: a store that answers", await _folder.RefusedAsync(Address), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SilentServer_TreatedAsCut()
    {
        _folder.Settings = _folder.Settings with { Silence = TimeSpan.FromMilliseconds(200), PartBytes = 100_000 };
        _server.Fault(Weights, async context =>
        {
            context.Response.ContentLength = 9_500;
            await context.Response.Body.WriteAsync(WeightBytes.AsMemory(0, 4_000));
            await context.Response.Body.FlushAsync();
            await Task.Delay(TimeSpan.FromSeconds(60), TimeProvider.System, context.RequestAborted);
        });
        await _folder.FetchAsync(Address);
        Assert.Equal(["", "bytes=4000-9499"], _server.AskedFor(Weights).Select(r => r.Range));
    }

    [Fact]
    public async Task Run_OtherBytesThanTheHash_RefusedAfterASecondTry()
    {
        _server.With(Weights, StoreTestFolder.Bytes(9_500, seed: 2));
        Assert.Contains("found model.safetensors with Sha256", await _folder.RefusedAsync(Address), StringComparison.Ordinal);
        Assert.Equal(20, _server.AskedFor(Weights).Count);
        _server.With(Weights, WeightBytes);
        Assert.Equal(WeightBytes, await File.ReadAllBytesAsync(Path.Combine(await _folder.FetchAsync(Address), "model.safetensors")));
    }

    [Fact]
    public async Task Run_AfterAFetchThatWasKilled_FetchesOnlyWhatIsMissing()
    {
        // The eighth request for the weights never ends.
        _folder.Settings = _folder.Settings with { Connections = 1 };
        var reached = new TaskCompletionSource();
        var asked = 0;
        _server.Routes[Weights] = async context =>
        {
            if (Interlocked.Increment(ref asked) == 8)
            {
                reached.SetResult();
                await Task.Delay(TimeSpan.FromSeconds(60), TimeProvider.System, context.RequestAborted);
            }
            var from = (int)context.Request.GetTypedHeaders().Range!.Ranges.Single().From!.Value;
            context.Response.StatusCode = 206;
            var part = WeightBytes[from..Math.Min(from + 1000, 9_500)];
            context.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{from + part.Length - 1}/9500");
            await context.Response.Body.WriteAsync(part);
        };
        using var kill = new CancellationTokenSource();
        var first = _folder.FetchAsync(Address, cancellation: kill.Token);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await kill.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Empty(_folder.Versions());

        _server.Requests.Clear();
        Assert.Equal(WeightBytes, await File.ReadAllBytesAsync(Path.Combine(await _folder.FetchAsync(Address), "model.safetensors")));
        Assert.Equal(3, _server.AskedFor(Weights).Count);
        Assert.Empty(_server.AskedFor(HubServer.FilePath("config.json")));
        Assert.Empty(Directory.GetDirectories(_folder.Cache, "*.partial*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Run_TwoAtOnce_FetchOnce()
    {
        var folders = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => _folder.FetchAsync(Address))));
        Assert.Single(folders.Distinct());
        Assert.Equal(10, _server.AskedFor(Weights).Count);
    }

    [Fact]
    public async Task Run_MoreThanTheDiskHolds_RefusedBeforeTheFirstByte()
    {
        _server.Json($"/api/models/team/model/tree/{HubServer.Commit}",
            """[{"type":"file","path":"model.safetensors","size":9000000000000000,"oid":"x","lfs":{"oid":"00","size":9000000000000000}}]""");
        _server.Routes.TryRemove($"/api/models/team/model/tree/{HubServer.Commit}?recursive=true", out _);
        Assert.Contains("9,000,000,000,000,000 bytes to fetch", await _folder.RefusedAsync(Address), StringComparison.Ordinal);
        Assert.Empty(_server.AskedFor(Weights));
    }

    [Fact]
    public async Task Run_Refresh_NewVersionBesideTheOld()
    {
        var old = await _folder.FetchAsync(Address);
        _server.Model("main", new string('f', 40), ("config.json", "{}"u8.ToArray()), ("model.safetensors", StoreTestFolder.Bytes(9_500, seed: 3)));
        Assert.Equal(old, await _folder.FetchAsync(Address));
        var fresh = await _folder.FetchAsync(Address, refresh: true);
        Assert.NotEqual(old, fresh);
        Assert.Equal(fresh, await _folder.FetchAsync(Address));
        Assert.True(Directory.Exists(old));
    }

    [Fact]
    public async Task Run_BeyondTheBound_LeastRecentlyUsedGoes()
    {
        _folder.MaxBytes = 25_000;
        var folders = new List<string>();
        foreach (var revision in new[] { "v1", "v2" })
        {
            _server.Model(revision, revision + HubServer.Commit[2..], ("config.json", "{}"u8.ToArray()), ("model.safetensors", WeightBytes));
            folders.Add(await _folder.FetchAsync($"{Address}@{revision}"));
        }
        await _folder.FetchAsync($"{Address}@v1"); // used again
        Directory.SetLastWriteTimeUtc(folders[1], DateTime.UnixEpoch);
        folders.Add(await _folder.FetchAsync(Address));
        Assert.Equal([true, false, true], folders.Select(Directory.Exists));
    }

    [Fact]
    public async Task Run_RepositoryOfManyFormats_OnlyWhatServes()
    {
        _server.Model("main", HubServer.Commit, ("config.json", "{}"u8.ToArray()), ("model.safetensors", WeightBytes), ("pytorch_model.bin", [1]),
            ("tf_model.h5", [1]), ("onnx/model.onnx", [1]), ("training_args.bin", [1]), ("vocab.json", "{}"u8.ToArray()), (".gitattributes", [1]));
        Assert.Equal(["config.json", "model.safetensors", "vocab.json"], StoreTestFolder.FilesIn(await _folder.FetchAsync(Address)));
    }

    [Theory]
    [InlineData("""{"entries":[]}""", "no list of files")]
    [InlineData("""[{"type":"file","path":"config.json"}]""", "no size and hash of config.json")]
    [InlineData("""[{"type":"file","path":"config.json","oid":"x","size":"2"}]""", "no size and hash of config.json")]
    [InlineData("""[{"type":"file","size":2,"oid":"x"}]""", "a file without a path")]
    [InlineData("[7]", "found no files; accepted: a folder that holds a checkpoint")]
    public async Task Run_HubThatAnswersOtherwise_Refused(string tree, string expected)
    {
        _server.Routes.TryRemove($"/api/models/team/model/tree/{HubServer.Commit}?recursive=true", out _);
        _server.Json($"/api/models/team/model/tree/{HubServer.Commit}", tree);
        Assert.Contains(expected, await _folder.RefusedAsync(Address), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NameThatLeadsOut_Refused()
    {
        _server.Model("main", HubServer.Commit, ("config.json", "{}"u8.ToArray()), ("../../outside.json", "{}"u8.ToArray()));
        Assert.Contains("a file named \"../../outside.json\"; accepted: names inside the folder", await _folder.RefusedAsync(Address), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hf://", "an address without a name")]
    [InlineData("hf:team/model", "hf: without //")]
    [InlineData("hf://a/b/c", "an address that names no model")]
    [InlineData("hf://a/..", "an address that names no model")]
    [InlineData("hf://a/b@", "an address that names no model")]
    [InlineData("ftp://host/model.zip", "scheme ftp:")]
    [InlineData("https://host/model", "an address that does not end in an archive's name")]
    [InlineData("gs://", "an address without a name")]
    public async Task Run_AddressOfNoStore_SaysWhatIsAccepted(string uri, string expected)
    {
        var message = await _folder.RefusedAsync(uri);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("hf://owner/name[@revision], gs://bucket/prefix, s3://bucket/prefix", message, StringComparison.Ordinal);
    }

    private sealed class Reports : IProgress<DownloadProgress>
    {
        private readonly List<(long Bytes, TaskCompletionSource Reached)> _awaited = [];

        public List<DownloadProgress> All { get; } = [];

        /// <summary>Completes once so many bytes of all files have arrived.</summary>
        public Task ReachAsync(long bytes)
        {
            _awaited.Add((bytes, new TaskCompletionSource()));
            return _awaited[^1].Reached.Task;
        }

        public void Report(DownloadProgress value)
        {
            lock (All)
                All.Add(value);
            foreach (var (bytes, reached) in _awaited)
            {
                if (value.FetchedBytes >= bytes)
                    reached.TrySetResult();
            }
        }
    }
}
