namespace ElasticSynapse.Serving.Models;

/// <summary>What is in a folder, as a refusal lists it.</summary>
internal static class FolderContent
{
    private const int MostNames = 12;

    public static string Of(string folder)
    {
        string[] names = [.. Directory.EnumerateFileSystemEntries(folder)
            .Select(path => Directory.Exists(path) ? Path.GetFileName(path) + "/" : Path.GetFileName(path))
            .Order(StringComparer.Ordinal)];
        return names.Length switch
        {
            0 => "nothing",
            <= MostNames => string.Join(", ", names),
            _ => $"{string.Join(", ", names[..MostNames])} and {names.Length - MostNames} more",
        };
    }
}
