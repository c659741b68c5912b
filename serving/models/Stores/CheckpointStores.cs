namespace ElasticSynapse.Serving.Models;

/// <summary>Which store an address means.</summary>
internal static class CheckpointStores
{
    private const string Accepted = "a path, file:/path, hf://owner/name[@revision], gs://bucket/prefix, s3://bucket/prefix, "
        + "or https://host/model.tar.gz, .tgz, .tar or .zip";

    public static bool IsRemote(string uri) =>
        CheckpointFolder.SchemeOf(uri) is { } scheme && !scheme.Equals("file", StringComparison.OrdinalIgnoreCase);

    /// <summary>The address as messages show it: without a signature or a password that whoever reads them could use.</summary>
    public static string Shown(string uri) => WithoutCredentials(uri.Split('?')[0]);

    /// <summary>The address of an archive without the user and password of <c>https://user:password@host/</c>.</summary>
    public static string WithoutCredentials(string uri)
    {
        if (CheckpointFolder.SchemeOf(uri)?.ToLowerInvariant() is not ("http" or "https"))
            return uri;
        var start = uri.IndexOf("//", StringComparison.Ordinal) + 2;
        var end = start < 2 ? -1 : uri.AsSpan(start).IndexOfAny('/', '?', '#');
        var at = start < 2 ? -1 : uri.AsSpan(start, end < 0 ? uri.Length - start : end).LastIndexOf('@');
        return at < 0 ? uri : uri.Remove(start, at + 1);
    }

    /// <exception cref="CheckpointException">No store has such addresses.</exception>
    public static ICheckpointStore Open(string uri, StoreSettings settings, StoreHttp http, TimeProvider time)
    {
        var scheme = CheckpointFolder.SchemeOf(uri)?.ToLowerInvariant() ?? "";
        var rest = uri[(scheme.Length + 1)..];
        if (!rest.StartsWith("//", StringComparison.Ordinal))
            throw Refusal.Of(Shown(uri), $"{scheme}: without //", Accepted);
        var place = rest[2..].Trim('/');
        var slash = place.IndexOf('/', StringComparison.Ordinal);
        var (first, second) = slash < 0 ? (place, "") : (place[..slash], place[(slash + 1)..]);
        return scheme switch
        {
            "http" or "https" => Archive(uri, http),
            _ when first.Length == 0 => throw Refusal.Of(uri, "an address without a name", Accepted),
            "gs" => new GoogleStore(uri, first, second, settings, http),
            "s3" => new S3Store(uri, first, second, settings, http, time),
            "hf" => Hub(uri, place, settings, http),
            _ => throw Refusal.Of(uri, $"scheme {scheme}:", Accepted),
        };
    }

    private static ArchiveStore Archive(string uri, StoreHttp http) =>
        Uri.TryCreate(uri, UriKind.Absolute, out var address) && ArchiveStore.IsArchiveName(address.AbsolutePath)
            ? new ArchiveStore(address, http)
            : throw Refusal.Of(Shown(uri), "an address that does not end in an archive's name", Accepted);

    private static HubStore Hub(string uri, string place, StoreSettings settings, StoreHttp http)
    {
        var at = place.IndexOf('@', StringComparison.Ordinal);
        var (repository, revision) = at < 0 ? (place, "main") : (place[..at], place[(at + 1)..]);
        // Old models have no owner: hf://gpt2.
        return repository.Split('/') is { Length: 1 or 2 } parts && revision.Length > 0
            && parts.All(p => p.Length > 0 && p is not ("." or "..") && p.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
                ? new HubStore(uri, repository, revision, settings, http)
                : throw Refusal.Of(uri, "an address that names no model", Accepted);
    }
}
