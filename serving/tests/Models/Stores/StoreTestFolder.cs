using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>A cache of one test, and fetches into it that do not wait long.</summary>
internal sealed class StoreTestFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Cache => _folder.File("cache");

    public long MaxBytes { get; set; } = 1L << 40;

    public StoreSettings Settings { get; set; } = new() { PartBytes = 1000, Attempts = 3, FirstDelay = TimeSpan.FromMilliseconds(1), ReportInterval = TimeSpan.Zero };

    public Task<string> FetchAsync(string uri, bool refresh = false, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default) =>
        new CheckpointFetch(new CacheSettings(Cache, MaxBytes), Settings, TimeProvider.System, progress).RunAsync(uri, refresh, cancellation);

    /// <summary>The message of a fetch that must fail and leave nothing that looks like a version.</summary>
    public async Task<string> RefusedAsync(string uri)
    {
        var message = (await Assert.ThrowsAsync<CheckpointException>(() => FetchAsync(uri))).Message;
        Assert.StartsWith(uri, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        Assert.Empty(Versions());
        return message;
    }

    /// <summary>Whole versions in the cache.</summary>
    public string[] Versions() => !Directory.Exists(Cache) ? [] : [.. Directory.GetDirectories(Cache).SelectMany(Directory.GetDirectories)
        .Where(v => !Path.GetFileName(v).Contains(".partial", StringComparison.Ordinal))];

    public static string[] FilesIn(string folder) =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f)).Order(StringComparer.Ordinal)];

    public static byte[] Bytes(int count, int seed = 1) => [.. Enumerable.Range(0, count).Select(i => (byte)(i * 31 + i / 256 + seed))];

    public void Dispose() => _folder.Dispose();
}
