namespace ElasticSynapse.Serving.Models;

/// <summary>Keeps a cache within its bound: versions that were not used for longest go first.</summary>
internal static class CacheCleaning
{
    /// <summary>Removes what is too much; what cannot be removed stays for the next time.</summary>
    /// <param name="keep">What is about to be served.</param>
    public static void Clean(CacheSettings settings, params string[] keep)
    {
        try
        {
            RemoveBeyond(settings, keep);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process cleans, too, or the folder is another user's: no reason not to serve.
        }
    }

    private static void RemoveBeyond(CacheSettings settings, string[] keep)
    {
        var versions = Directory.GetDirectories(settings.Directory)
            .Where(folder => File.Exists(Path.Combine(folder, CacheFolder.CurrentName)))
            .SelectMany(Directory.GetDirectories)
            .Where(version => !Path.GetFileName(version).Contains(CacheFolder.PartialSuffix, StringComparison.Ordinal))
            .Select(version => new DirectoryInfo(version))
            .Select(version => (Folder: version, Bytes: version.EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length)))
            .OrderByDescending(version => keep.Contains(version.Folder.FullName))
            .ThenByDescending(version => version.Folder.LastWriteTimeUtc)
            .ToArray();
        long kept = 0;
        foreach (var (folder, bytes) in versions)
        {
            kept += bytes;
            if (kept <= settings.MaxBytes || keep.Contains(folder.FullName))
                continue;
            kept -= bytes;
            // Under another name first: half a version must never look like one.
            var removed = folder.FullName + CacheFolder.PartialSuffix;
            folder.MoveTo(removed);
            Directory.Delete(removed, recursive: true);
        }
    }
}
