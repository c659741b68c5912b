namespace ElasticSynapse.Benchmarks;

/// <summary>Where the repository's files are.</summary>
internal static class Repository
{
    /// <summary>The folder that holds ElasticSynapse.sln.</summary>
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ElasticSynapse.sln")))
            {
                return folder.FullName;
            }
        }
        throw new BenchmarkException($"no folder above {AppContext.BaseDirectory} holds ElasticSynapse.sln");
    }
}
