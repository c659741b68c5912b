namespace ElasticSynapse.Serving.Models;

/// <summary>Turns the configured address of a checkpoint into a local folder.</summary>
public static class CheckpointFolder
{
    /// <summary>The full path that a plain path or a <c>file:</c> URI names. The folder need not exist.</summary>
    /// <exception cref="CheckpointException">Another scheme, a remote host, or an empty address.</exception>
    public static string Resolve(string uri)
    {
        if (string.IsNullOrWhiteSpace(uri))
            throw Refusal.Of("checkpoint folder", "an empty address", Accepted);
        if (SchemeOf(uri) is not { } scheme)
            return Path.GetFullPath(uri);
        if (!scheme.Equals("file", StringComparison.OrdinalIgnoreCase))
            throw Refusal.Of(uri, $"scheme {scheme}:", Accepted);
        return Path.GetFullPath(PathOf(uri));
    }

    /// <summary>As <see cref="Resolve"/>, for a folder that is there. Where it holds not a checkpoint but one numbered export
    /// of one, or gpt-2-simple's <c>checkpoint/run1</c>, that is the folder.</summary>
    /// <exception cref="CheckpointException">Also: nothing there, no folder, or several exports.</exception>
    public static string Existing(string uri)
    {
        var folder = Resolve(uri);
        if (!Directory.Exists(folder))
            throw Refusal.Of(folder, File.Exists(folder) ? "a file" : "no such folder", "a checkpoint folder");
        if (IsCheckpoint(folder))
            return folder;
        string[] exports = [.. Exports(folder).Where(IsCheckpoint).Order(StringComparer.Ordinal)];
        if (exports.Length > 1)
        {
            var names = string.Join(", ", exports.Select(path => Path.GetRelativePath(folder, path)));
            throw Refusal.Of(folder, $"{exports.Length} checkpoints below it ({names})", "one, or the address of one");
        }
        return exports is [var export] ? export : folder;
    }

    private static bool IsCheckpoint(string folder) => ConfigFile.IsIn(folder) || File.Exists(Path.Combine(folder, "saved_model.pb"));

    // TensorFlow numbers exports by version or time; gpt-2-simple has a folder a run.
    private static IEnumerable<string> Exports(string folder)
    {
        var numbered = Directory.EnumerateDirectories(folder).Where(path => Path.GetFileName(path).All(char.IsAsciiDigit));
        var runs = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)) == RunsFolder ? folder : Path.Combine(folder, RunsFolder);
        return Directory.Exists(runs) ? numbered.Concat(Directory.EnumerateDirectories(runs)).Distinct() : numbered;
    }

    private const string RunsFolder = "checkpoint";

    private const string Accepted = "a path or a file: URI; anything else must be fetched first";

    // RFC 3986: a letter, then letters, digits, '+', '-', '.', then ':'. One letter is a Windows drive, not a scheme.
    internal static string? SchemeOf(string uri)
    {
        var colon = uri.IndexOf(':');
        if (colon < 2 || !char.IsAsciiLetter(uri[0]))
            return null;
        var scheme = uri[..colon];
        return scheme.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.') ? scheme : null;
    }

    // RFC 8089: file:/path, file:///path and file://localhost/path, percent-encoded. System.Uri reads the last as a share.
    private static string PathOf(string uri)
    {
        var rest = uri["file:".Length..];
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            var authority = rest[2..].Split('/')[0];
            if (authority.Length > 0 && !authority.Equals("localhost", StringComparison.OrdinalIgnoreCase))
                throw Refusal.Of(uri, $"a file: URI on host {authority}", "file:///path/to/folder");
            rest = rest[(2 + authority.Length)..];
        }
        if (!rest.StartsWith('/'))
            throw Refusal.Of(uri, "a file: URI without an absolute path", "file:///path/to/folder");
        return Uri.UnescapeDataString(rest);
    }
}
