using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tool;

/// <summary>Writes any checkpoint as the folder that Hugging Face would save (config.json, model.safetensors,
/// vocabulary), with its compiled graph beside them.</summary>
internal static class Conversion
{
    // Under which name each goes; what is missing is passed over.
    private static readonly (string From, string To)[] Copied =
    [
        ("generation_config.json", "generation_config.json"), ("tokenizer.json", "tokenizer.json"),
        ("tokenizer_config.json", "tokenizer_config.json"), ("added_tokens.json", "added_tokens.json"),
        ("special_tokens_map.json", "special_tokens_map.json"), ("vocab.json", "vocab.json"), ("merges.txt", "merges.txt"),
        ("encoder.json", "vocab.json"), ("vocab.bpe", "merges.txt"), ("vocab.txt", "vocab.txt"),
        ("thresholds.json", "thresholds.json"),
    ];

    /// <param name="precision">int8 and int4 leave the rounded weights beside the others; fp16 rounds the weights themselves.</param>
    /// <returns>What was written, in one line.</returns>
    /// <exception cref="CheckpointException">The checkpoint cannot be served, or the folder cannot be written.</exception>
    public static string Run(string folder, string output, Precision precision)
    {
        output = Path.GetFullPath(output);
        if (Directory.Exists(output) && Directory.EnumerateFileSystemEntries(output).Any())
            throw Refusal.Of(output, "a folder that is not empty", "a new one, or an empty one");
        var unfinished = $"{Path.TrimEndingDirectorySeparator(output)}.partial";
        try
        {
            using var checkpoint = LoadedCheckpoint.Open(folder);
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
            Directory.CreateDirectory(unfinished);
            WriteConfig(checkpoint, Path.Combine(unfinished, ConfigFile.HuggingFace));
            foreach (var (from, to) in Copied.Where(c => File.Exists(SavedModelAssets.Find(folder, c.From)) && !File.Exists(Path.Combine(unfinished, c.To))))
                File.Copy(SavedModelAssets.Find(folder, from), Path.Combine(unfinished, to));
            var tensors = checkpoint.Tensors.ToDictionary(t => SavedName(checkpoint, t.Name), t => t.Tensor);
            SafetensorsWriter.Write(Path.Combine(unfinished, "model.safetensors"), checkpoint.Source, tensors, precision == Precision.Fp16 ? TensorType.F16 : null);
            // What computes in fp16 is a GPU: here the rounded weights are computed with in fp32.
            var compiled = precision.IsQuantized() ? precision : Precision.Fp32;
            Compilation.Write(unfinished, compiled);
            FolderChecksums.Write(unfinished);
            if (Directory.Exists(output))
                Directory.Delete(output);
            Directory.Move(unfinished, output);
            return $"{output}: {tensors.Count} tensors of {folder}, compiled for Model__Precision={compiled.ToString().ToLowerInvariant()}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refusal.Of(output, $"no way to write ({e.Message})", "a folder that can be written, with room for the checkpoint", e);
        }
        finally
        {
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
        }
    }

    // Hugging Face's task models have the backbone under a prefix.
    private static string SavedName(LoadedCheckpoint checkpoint, string name) => checkpoint.Gpt2 is not null
        ? name == Gpt2Tensors.Head ? name : "transformer." + name
        : name.StartsWith("classifier.", StringComparison.Ordinal) ? name : "bert." + name;

    private static void WriteConfig(LoadedCheckpoint checkpoint, string path)
    {
        var existing = Path.Combine(checkpoint.Folder, ConfigFile.HuggingFace);
        if (File.Exists(existing))
            File.Copy(existing, path);
        else
            HuggingFaceConfig.Write(path, checkpoint.Gpt2, checkpoint.Bert);
    }
}
