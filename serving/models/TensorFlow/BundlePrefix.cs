namespace ElasticSynapse.Serving.Models;

/// <summary>Finds the TensorFlow checkpoint of a folder.</summary>
internal static class BundlePrefix
{
    private const string IndexExtension = ".index";
    private const string SavedModelVariables = "variables/variables";

    /// <summary>Path of the index without <c>.index</c>; null if there is none.</summary>
    /// <exception cref="CheckpointException">Several, and nothing says which; or the old format (V1).</exception>
    public static string? Find(string folder)
    {
        string[] prefixes = [.. Directory.GetFiles(folder, "*" + IndexExtension).Select(path => path[..^IndexExtension.Length]).Order(StringComparer.Ordinal)];
        if (HasVariables(folder) && prefixes.Length > 0)
            throw Several(folder, [Path.Combine(folder, SavedModelVariables), .. prefixes]);
        var stateFile = Path.Combine(folder, CheckpointState.FileName);
        if (!HasVariables(folder) && File.Exists(stateFile) && CheckpointState.Latest(stateFile) is { Length: > 0 } latest)
            return Named(folder, stateFile, latest);
        if (prefixes.Length > 0)
            return prefixes is [var only] ? only : throw Several(folder, prefixes);
        string[] exports = [.. Exports(folder).Select(export => Path.Combine(export, SavedModelVariables))];
        if (exports.Length > 0)
            return exports is [var variables] ? variables : throw Several(folder, exports);
        return Directory.GetFiles(folder).Order(StringComparer.Ordinal).FirstOrDefault(TableFile.IsTable) is { } old ? throw FormatV1(old) : null;
    }

    /// <summary>Where the SavedModel of a folder is: the folder itself, or its only numbered export, beside which the configuration
    /// lies.</summary>
    public static string SavedModel(string folder) => Exports(folder) is [var export] ? export : folder;

    private static string[] Exports(string folder) => HasVariables(folder)
        ? [folder]
        : [.. Directory.GetDirectories(folder).Where(path => CheckpointFolder.IsNumbered(path) && HasVariables(path)).Order(StringComparer.Ordinal)];

    private static bool HasVariables(string folder) => File.Exists(Path.Combine(folder, SavedModelVariables) + IndexExtension);

    // What was copied here was written somewhere else: then it lies beside the file. A path that leads out of the folder is not
    // followed, for the folder may be anybody's.
    private static string Named(string folder, string stateFile, string path)
    {
        var name = path.Split('/')[^1];
        string[] places = [Path.GetFullPath(path, folder), Path.Combine(folder, name), Path.Combine(folder, name.Split('\\')[^1])];
        string[] inside = [.. places.Where(place => CheckpointFile.NameIn(folder, place) is not null)];
        if (inside.FirstOrDefault(place => File.Exists(place + IndexExtension)) is { } found)
            return found;
        throw inside.FirstOrDefault(File.Exists) is { } old
            ? FormatV1(old)
            : Refusal.Of(stateFile, $"the checkpoint {Refusal.Quoted(name)}, but no {name}{IndexExtension} beside it",
                "the files of the checkpoint that it names");
    }

    private static CheckpointException FormatV1(string file) =>
        Refusal.Of(file, "a TensorFlow checkpoint of format V1", "format V2: .index and .data files");

    private static CheckpointException Several(string folder, string[] prefixes) =>
        Refusal.Of(folder, $"{prefixes.Length} TensorFlow checkpoints ({string.Join(", ", prefixes.Select(p => Path.GetRelativePath(folder, p)))})",
            "one, or a file 'checkpoint' that names the one to serve");
}
