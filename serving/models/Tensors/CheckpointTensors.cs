namespace ElasticSynapse.Serving.Models;

/// <summary>Finds the weights of a checkpoint folder.</summary>
internal static class CheckpointTensors
{
    private const string SingleFile = "model.safetensors";
    private const string ShardIndex = "model.safetensors.index.json";

    /// <summary>The first of the accepted forms that the folder holds, in Hugging Face's order.</summary>
    /// <exception cref="CheckpointException">None is there, or the one that is cannot be read.</exception>
    public static ITensorSource Open(string folder)
    {
        var single = Path.Combine(folder, SingleFile);
        if (File.Exists(single))
            return SafetensorsFile.Open(single);
        var index = Path.Combine(folder, ShardIndex);
        if (File.Exists(index))
            return SafetensorsShards.Open(index);
        throw Refusal.Of(folder, "no weights", $"{SingleFile} or {ShardIndex}");
    }
}
