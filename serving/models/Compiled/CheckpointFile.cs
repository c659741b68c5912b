namespace ElasticSynapse.Serving.Models;

/// <summary>Files of a checkpoint, by names that hold wherever the folder is.</summary>
internal static class CheckpointFile
{
    /// <summary>The name of a file in a folder or below it; null for files elsewhere, such as temporary ones.</summary>
    public static string? NameIn(string folder, string file)
    {
        var name = Path.GetRelativePath(folder, file);
        return Path.IsPathRooted(name) || name.Split(Path.DirectorySeparatorChar)[0] == ".." ? null : name;
    }
}
