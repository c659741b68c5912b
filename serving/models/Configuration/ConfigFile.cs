namespace ElasticSynapse.Serving.Models;

/// <summary>Where the configuration lies, and sizes beyond which it is a mistake and not a model.</summary>
internal static class ConfigFile
{
    public const int LargestVocabulary = 10_000_000;
    public const int MostPositions = 1_048_576;
    public const int LargestWidth = 65_536;
    public const int LargestInnerWidth = 4 * LargestWidth;
    public const int MostHeads = 1_024;
    public const int MostLayers = 1_024;
    public const int MostLabels = 65_536;

    /// <exception cref="CheckpointException">The folder, or <c>config.json</c> in it, is missing.</exception>
    public static string Find(string folder)
    {
        if (!Directory.Exists(folder))
            throw Refusal.Of(folder, "no such folder", "a folder with config.json and model.safetensors");
        var file = Path.Combine(folder, "config.json");
        return File.Exists(file) ? file : throw Refusal.Of(folder, "no config.json", "a folder with config.json and model.safetensors");
    }
}
