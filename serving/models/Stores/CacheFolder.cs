using System.Security.Cryptography;
using System.Text;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// What the cache holds of one address:
/// <c>current</c> (the name of the version to serve), <c>&lt;version&gt;/</c> (whole), <c>&lt;version&gt;.partial/</c> (being
/// fetched) and <c>lock</c> (held by the process that fetches).
/// </summary>
internal sealed class CacheFolder
{
    public const string PartialSuffix = ".partial";
    public const string CurrentName = "current";
    private const string LockName = "lock";
    private const int LongestLabel = 40;

    // What the system says of a file that another process holds: Unix's EWOULDBLOCK, Windows' ERROR_SHARING_VIOLATION.
    private const int WouldBlock = 11, SharingViolation = unchecked((int)0x80070020);
    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(200);

    public CacheFolder(string cacheDirectory, string uri)
    {
        uri = CheckpointStores.WithoutCredentials(uri); // a new password is no other checkpoint, and no name of a folder
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(uri)))[..16];
        var label = string.Concat(uri.Split('?')[0].Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-'));
        FullPath = Path.Combine(cacheDirectory, $"{(label.Length <= LongestLabel ? label : label[^LongestLabel..]).Trim('.', '-')}-{hash}");
    }

    public string FullPath { get; }

    public string Partial(string version) => Path.Combine(FullPath, version + PartialSuffix);

    /// <summary>Whether a version is here.</summary>
    public bool Has(string version) => Directory.Exists(Path.Combine(FullPath, version));

    /// <summary>The version to serve, if it is here; noted as used.</summary>
    public string? Current(TimeProvider time)
    {
        var name = Path.Combine(FullPath, CurrentName);
        if (!File.Exists(name))
            return null;
        return Path.GetFileName(File.ReadAllText(name).Trim()) is { Length: > 0 } version ? Version(version, time) : null;
    }

    /// <summary>A version, if it is here; noted as used.</summary>
    public string? Version(string name, TimeProvider time)
    {
        var version = Path.Combine(FullPath, name);
        if (!Directory.Exists(version))
            return null;
        try
        {
            Directory.SetLastWriteTimeUtc(version, time.GetUtcNow().UtcDateTime);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A cache in an image may be read-only: then nothing is cleaned from it either.
        }
        return version;
    }

    /// <summary>Makes what was fetched the version to serve, in one step.</summary>
    public string Publish(string version)
    {
        var path = Path.Combine(FullPath, version);
        if (!Directory.Exists(path))
            Directory.Move(Partial(version), path);
        var name = Path.Combine(FullPath, CurrentName);
        File.WriteAllText(name + ".new", version + "\n");
        File.Move(name + ".new", name, overwrite: true);
        return path;
    }

    /// <summary>Removes a version. Only for the holder of the lock.</summary>
    public void Remove(string version)
    {
        if (Directory.Exists(Path.Combine(FullPath, version)))
            Directory.Delete(Path.Combine(FullPath, version), recursive: true);
    }

    /// <summary>Removes what fetches of other versions left. Only for the holder of the lock.</summary>
    public void RemoveUnfinished()
    {
        foreach (var unfinished in Directory.GetDirectories(FullPath, $"*{PartialSuffix}*"))
            Directory.Delete(unfinished, recursive: true);
    }

    /// <summary>Waits until no other process fetches from this address.</summary>
    public async Task<IDisposable> LockAsync(TimeProvider time, CancellationToken cancellation)
    {
        Directory.CreateDirectory(FullPath);
        while (true)
        {
            try
            {
                // The system releases it when the process ends, however it ends.
                return new FileStream(Path.Combine(FullPath, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e.HResult is WouldBlock or SharingViolation)
            {
                await Task.Delay(LockPoll, time, cancellation);
            }
        }
    }
}
