namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Files that lie beside weights, or among the assets of a SavedModel: <c>assets.extra</c> has what an Estimator was told to export
/// with the graph (its <c>assets_extra</c>), <c>assets</c> what the graph itself reads.
/// </summary>
public static class SavedModelAssets
{
    private static readonly string[] Folders = ["assets.extra", "assets"];

    /// <summary>The path of a file in a checkpoint's folder, or else among the assets; in the folder if it is nowhere.</summary>
    public static string Find(string folder, string name)
    {
        var beside = Path.Combine(folder, name);
        return File.Exists(beside) || !Directory.Exists(folder)
            ? beside
            : Folders.Select(assets => Path.Combine(BundlePrefix.SavedModel(folder), assets, name)).FirstOrDefault(File.Exists) ?? beside;
    }
}
