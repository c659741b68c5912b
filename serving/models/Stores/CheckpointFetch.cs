using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Brings the checkpoint at a remote address into the cache. What is there already is used without asking the network; what
/// an earlier try left is gone on with; what is not whole and verified is never seen under a version's name.
/// </summary>
public sealed class CheckpointFetch(CacheSettings cache, StoreSettings settings, TimeProvider time, IProgress<DownloadProgress>? progress = null)
{
    private const long SpareBytes = 64 << 20;

    /// <summary>The local folder of a checkpoint at any address, fetched if need be; blocks a service's start meanwhile.</summary>
    /// <exception cref="CheckpointException">It is not there, or cannot be fetched.</exception>
    public static string LocalFolder(string uri, CacheSettings cache, IProgress<DownloadProgress>? progress)
    {
        if (!CheckpointStores.IsRemote(uri))
            return CheckpointFolder.Existing(uri);
        var fetch = new CheckpointFetch(cache, StoreSettings.FromEnvironment(), TimeProvider.System, progress);
        return CheckpointFolder.Within(fetch.RunAsync(uri).GetAwaiter().GetResult());
    }

    /// <summary>The local folder of a checkpoint.</summary>
    /// <param name="uri">A remote address.</param>
    /// <param name="refresh">Whether to ask the store for a newer version even if there is one here.</param>
    /// <exception cref="CheckpointException">The address is not understood, or the checkpoint cannot be fetched.</exception>
    public async Task<string> RunAsync(string uri, bool refresh = false, CancellationToken cancellation = default)
    {
        var folder = new CacheFolder(Path.GetFullPath(cache.Directory), uri);
        try
        {
            if (!refresh && folder.Current(time) is { } warm)
                return warm;
            using var held = await folder.LockAsync(time, cancellation);
            // Another process may have fetched it meanwhile.
            return !refresh && folder.Current(time) is { } fetched ? fetched : await FetchAsync(uri, folder, refresh, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refusal.Of(folder.FullPath, e.Message, "a folder for the cache (Model__CacheDirectory) that can be written", e);
        }
    }

    private async Task<string> FetchAsync(string uri, CacheFolder folder, bool refresh, CancellationToken cancellation)
    {
        using var http = new StoreHttp(CheckpointStores.Shown(uri), settings, time);
        using var store = CheckpointStores.Open(uri, settings, http, time);
        uri = CheckpointStores.Shown(uri);
        var listed = await store.ListAsync(cancellation);
        var files = store.IsArchive ? listed : WantedFiles.Of(uri, listed);
        if (files.Count == 0)
            throw Refusal.Of(uri, listed.Count == 0 ? "no files" : $"no files of a checkpoint among {listed.Count}", "a folder that holds a checkpoint");
        var version = VersionOf(files);
        // What a server says nothing of may be another content every time.
        for (var times = 2; refresh && store.IsArchive && files[0].Version.Length == 0 && folder.Has(version); times++)
            version = string.Create(CultureInfo.InvariantCulture, $"{VersionOf(files)}-{times}");
        if (folder.Has(version))
            return folder.Publish(version);

        var partial = folder.Partial(version);
        // An archive lies beside the folder it is unpacked into.
        var target = store.IsArchive ? partial + ".archive" : partial;
        CheckSpace(uri, files, target);
        var meter = new DownloadMeter(files.All(f => f.Length is not null) ? files.Sum(f => f.Length) : null, settings.ReportInterval, time, progress);
        using (var downloader = new Downloader(uri, store, http, settings, meter))
            await Task.WhenAll(files.Select(file => downloader.FetchAsync(file, Path.Combine(target, file.Path), cancellation)));
        if (store.IsArchive)
            UnpackOrForget(uri, Path.Combine(target, files[0].Path), partial);
        var path = folder.Publish(version);
        folder.RemoveUnfinished();
        CacheCleaning.Clean(cache with { Directory = Path.GetFullPath(cache.Directory) }, path);
        return path;
    }

    // A broken archive is of no use to the next try, which fetches it again.
    private static void UnpackOrForget(string uri, string archive, string partial)
    {
        try
        {
            Unpack(uri, archive, partial);
        }
        catch (CheckpointException e)
        {
            Directory.Delete(partial, recursive: true);
            // Without room to unpack it, it is as good as it was.
            if (e.InnerException is not (IOException or UnauthorizedAccessException) or EndOfStreamException)
                File.Delete(archive);
            throw;
        }
    }

    private static void Unpack(string uri, string archive, string partial)
    {
        if (Directory.Exists(partial))
            Directory.Delete(partial, recursive: true);
        Directory.CreateDirectory(partial);
        new ArchiveExtraction(uri, partial).Extract(archive);
        // Of "model/config.json" and the like, the folder inside is the checkpoint.
        if (Directory.GetFileSystemEntries(partial) is not [var only] || !Directory.Exists(only))
            return;
        var inner = partial + ".inner";
        Directory.Move(only, inner);
        Directory.Delete(partial);
        Directory.Move(inner, partial);
    }

    // Content decides: the same files are the same version, wherever the list comes from.
    private static string VersionOf(IEnumerable<StoredFile> files)
    {
        var manifest = new StringBuilder();
        foreach (var file in files.OrderBy(f => f.Path, StringComparer.Ordinal))
            manifest.Append(CultureInfo.InvariantCulture, $"{file.Path}\n{file.Length}\n{file.Version}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(manifest.ToString())))[..16];
    }

    private void CheckSpace(string uri, IReadOnlyList<StoredFile> files, string target)
    {
        Directory.CreateDirectory(target);
        var needed = files.Sum(f => f.Length is { } length ? Math.Max(0, length - PartJournal.KeptBytes(Path.Combine(target, f.Path), settings.PartBytes)) : 0);
        var free = new DriveInfo(target).AvailableFreeSpace;
        if (needed + Math.Min(SpareBytes, needed / 10) > free)
            throw Refusal.Of(uri, $"{needed:N0} bytes to fetch, {free:N0} free at {target}", "room for the checkpoint in Model__CacheDirectory");
    }
}
