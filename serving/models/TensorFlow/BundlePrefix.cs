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
        var variables = Path.Combine(folder, SavedModelVariables);
        if (File.Exists(variables + IndexExtension))
            return prefixes.Length == 0 ? variables : throw Several(folder, [variables, .. prefixes]);
        var stateFile = Path.Combine(folder, CheckpointState.FileName);
        if (File.Exists(stateFile) && CheckpointState.Latest(stateFile) is { Length: > 0 } latest)
        {
            var named = Path.Combine(folder, latest);
            if (File.Exists(named + IndexExtension))
                return named;
            throw File.Exists(named)
                ? Refusal.Of(named, "a TensorFlow checkpoint of format V1", "format V2: .index and .data files")
                : Refusal.Of(stateFile, $"the checkpoint {Refusal.Quoted(latest)}, but no {latest}{IndexExtension} beside it",
                    "the files of the checkpoint that it names");
        }
        return prefixes.Length <= 1 ? prefixes.FirstOrDefault() : throw Several(folder, prefixes);
    }

    private static CheckpointException Several(string folder, string[] prefixes) =>
        Refusal.Of(folder, $"{prefixes.Length} TensorFlow checkpoints ({string.Join(", ", prefixes.Select(p => Path.GetRelativePath(folder, p)))})",
            "one, or a file 'checkpoint' that names the one to serve");
}
