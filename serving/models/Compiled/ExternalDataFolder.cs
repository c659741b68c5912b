namespace ElasticSynapse.Serving.Models;

/// <summary>
/// The folder below which ONNX Runtime may open weight files. It refuses absolute locations and, after following links,
/// any file outside; Hugging Face's cache and mounted volumes hold links, so the folder is the one where the real files are.
/// </summary>
internal sealed class ExternalDataFolder
{
    private readonly Dictionary<string, string> _realFiles;

    public ExternalDataFolder(IEnumerable<string> files)
    {
        _realFiles = files.ToDictionary(f => f, RealPath, StringComparer.Ordinal);
        FullPath = _realFiles.Values.Select(f => Path.GetDirectoryName(f)!).Aggregate(CommonFolder);
    }

    public string FullPath { get; }

    /// <summary>The file relative to the folder.</summary>
    public string Location(string file) => Path.GetRelativePath(FullPath, _realFiles[file]);

    // Link by link from the root: a relative link inside a linked folder starts from where that folder really is, which
    // FileSystemInfo.ResolveLinkTarget does not know.
    private static string RealPath(string path)
    {
        if (Path.GetDirectoryName(path) is not { } parent)
            return path;
        var folder = RealPath(parent);
        var entry = Path.Combine(folder, Path.GetFileName(path));
        return new FileInfo(entry).LinkTarget is { } target ? RealPath(Path.GetFullPath(target, folder)) : entry;
    }

    private static string CommonFolder(string a, string b)
    {
        while (!IsInside(b, a))
            a = Path.GetDirectoryName(a)!;
        return a;
    }

    private static bool IsInside(string path, string folder) =>
        path.Equals(folder, StringComparison.Ordinal)
        || path.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
