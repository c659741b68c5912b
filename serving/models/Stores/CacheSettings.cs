namespace ElasticSynapse.Serving.Models;

/// <summary>Where fetched checkpoints are kept.</summary>
/// <param name="Directory">A folder that processes may share.</param>
/// <param name="MaxBytes">Checkpoints that were not used for longest go beyond it; the one asked for stays, whatever its size.</param>
public sealed record CacheSettings(string Directory, long MaxBytes)
{
    /// <param name="directory">Null or empty: elastic-synapse in the user's cache folder, as the XDG base directory specification places it.</param>
    public static CacheSettings Of(string? directory, long maxBytes) =>
        new(string.IsNullOrEmpty(directory) ? Path.Combine(UserCache(), "elastic-synapse") : directory, maxBytes);

    private static string UserCache()
    {
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache && Path.IsPathRooted(cache))
            return cache;
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length > 0 ? Path.Combine(home, ".cache") : Path.GetTempPath();
    }
}
