using ElasticSynapse.Tests;

namespace ElasticSynapse.EndToEnd.Tests.Documentation;

/// <summary>The repository's pages and sources, as the documentation tests read them.</summary>
internal static class Pages
{
    private static readonly string[] Outputs = ["bin", "obj", "node_modules", "artifacts", ".git"];

    /// <summary>Every Markdown page, by its path from the root.</summary>
    public static IEnumerable<string> All() => Files(RepositoryFiles.Root, "*.md").Select(file => Path.GetRelativePath(RepositoryFiles.Root, file));

    public static string Read(params string[] parts) => File.ReadAllText(Path.Combine([RepositoryFiles.Root, .. parts]));

    /// <summary>Every source file of the services and of what they share.</summary>
    public static IEnumerable<string> Sources() => new[] { "gateway/src", "model-server/src", "classifier/src", "serving/hosting", "serving/models" }
        .SelectMany(folder => Files(Path.Combine(RepositoryFiles.Root, folder), "*.cs"));

    private static IEnumerable<string> Files(string folder, string pattern) => Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories)
        .Where(file => !Path.GetRelativePath(RepositoryFiles.Root, file).Split('/').Intersect(Outputs).Any());
}
