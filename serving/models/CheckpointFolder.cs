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
        return Export(folder) ?? folder;
    }

    /// <summary>The checkpoint in what was fetched, which is whatever someone packed or uploaded: as <see cref="Existing"/>, or else the
    /// only folder below it that holds one, whatever it is called.</summary>
    /// <returns>The folder itself if there is none.</returns>
    /// <exception cref="CheckpointException">Several.</exception>
    public static string Within(string fetched) => Export(fetched) ?? OnlyOne(fetched, Below(fetched, DeepestFolder)) ?? fetched;

    private static string? Export(string folder)
    {
        if (IsCheckpoint(folder))
            return folder;
        return OnlyOne(folder, Exports(folder).Where(IsCheckpoint)) is { } export ? WithVocabulary(folder, export) : null;
    }

    private static string? OnlyOne(string folder, IEnumerable<string> found)
    {
        string[] checkpoints = [.. found.Order(StringComparer.Ordinal)];
        if (checkpoints.Length <= 1)
            return checkpoints.FirstOrDefault();
        var names = string.Join(", ", checkpoints.Select(path => Path.GetRelativePath(folder, path)));
        throw Refusal.Of(folder, $"{checkpoints.Length} checkpoints below it ({names})", "one, or the address of one");
    }

    // Nothing below a checkpoint is another one.
    private static string[] Below(string folder, int levels)
    {
        if (IsCheckpoint(folder))
            return [folder];
        if (levels == 0)
            return [];
        string[] below = [.. Directory.EnumerateDirectories(folder).SelectMany(inner => Below(inner, levels - 1))];
        return below is [var only] && Path.GetDirectoryName(only) == folder ? [WithVocabulary(folder, only)] : below;
    }

    private static bool IsCheckpoint(string folder) => ConfigFile.IsIn(folder) || IsSavedModel(folder);

    private static bool IsSavedModel(string folder) => File.Exists(Path.Combine(folder, "saved_model.pb"));

    // TensorFlow exports weights alone; the vocabulary may have been laid beside the export's folder.
    private static string WithVocabulary(string folder, string export) =>
        IsSavedModel(export) && !File.Exists(SavedModelAssets.Find(export, VocabularyName)) && File.Exists(Path.Combine(folder, VocabularyName)) && IsNumbered(export)
            ? folder
            : export;

    /// <summary>Whether a folder is called by a version or time, as TensorFlow's exports are.</summary>
    internal static bool IsNumbered(string folder) => Path.GetFileName(folder).All(char.IsAsciiDigit);

    // TensorFlow numbers exports by version or time; gpt-2-simple has a folder a run.
    private static IEnumerable<string> Exports(string folder)
    {
        var numbered = Directory.EnumerateDirectories(folder).Where(IsNumbered);
        var runs = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)) == RunsFolder ? folder : Path.Combine(folder, RunsFolder);
        return Directory.Exists(runs) ? numbered.Concat(Directory.EnumerateDirectories(runs)).Distinct() : numbered;
    }

    private const string RunsFolder = "checkpoint";
    private const string VocabularyName = "vocab.txt";
    private const int DeepestFolder = 4; // a project's, models/, checkpoint/, run1/

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
