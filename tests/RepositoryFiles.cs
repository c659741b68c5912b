namespace ElasticSynapse.Tests;

/// <summary>Where the repository's files are, for tests that read them. Linked into every test project.</summary>
internal static class RepositoryFiles
{
    /// <summary>The folder that holds ElasticSynapse.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A path below <c>tests/data</c>.</summary>
    public static string Data(params string[] parts) => Path.Combine([Root, "tests", "data", .. parts]);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ElasticSynapse.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException($"no folder above {AppContext.BaseDirectory} holds ElasticSynapse.sln");
    }
}
