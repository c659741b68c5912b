using ElasticSynapse.Serving.Models;
using ElasticSynapse.Serving.Tests.Models;

namespace ElasticSynapse.Benchmarks.Loading;

/// <summary>A GPT-2 folder as gpt-2-simple would have saved the same weights.</summary>
internal static class TensorFlowCopy
{
    // Hugging Face's names for OpenAI's, part by part.
    private static readonly Dictionary<string, string> Parts = new(StringComparer.Ordinal)
    {
        ["transformer"] = "model", ["weight"] = "w", ["bias"] = "b",
    };

    /// <returns>The folder, beside the checkpoint; made if it is not there.</returns>
    public static string Of(string checkpoint)
    {
        var folder = $"{checkpoint}-tensorflow";
        if (Directory.Exists(folder))
        {
            return folder;
        }
        var config = Gpt2Config.Load(checkpoint);
        using var written = new TemporaryFolder();
        var bundle = new BundleWriter();
        using (var source = SafetensorsFile.Open(Path.Combine(checkpoint, "model.safetensors")))
        {
            foreach (var tensor in source.Tensors.Values.Where(tensor => tensor.Name.StartsWith("transformer.", StringComparison.Ordinal)))
            {
                var name = NameOf(tensor.Name);
                // OpenAI's products are convolutions of width 1.
                long[] shape = name.EndsWith("/w", StringComparison.Ordinal) ? [1, .. tensor.Shape] : [.. tensor.Shape];
                bundle.Add(new TestTensor(name, tensor.Type, shape, source.Bytes(tensor, 0, (int)tensor.ByteLength).ToArray()));
            }
        }
        bundle.Write(written, "model-1000");
        written.Write("hparams.json",
            $$"""{"n_vocab":{{config.VocabularySize}},"n_ctx":{{config.Positions}},"n_embd":{{config.HiddenSize}},"n_head":{{config.Heads}},"n_layer":{{config.Layers}}}""");
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(written.FullPath))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }
        return folder;
    }

    private static string NameOf(string name)
    {
        var parts = name.Split('.').Select(part => Parts.GetValueOrDefault(part, part)).ToList();
        // transformer.h.0.ln_1.weight is model/h0/ln_1/g, transformer.wte.weight is model/wte.
        if (parts[1] == "h")
        {
            parts[1] += parts[2];
            parts.RemoveAt(2);
        }
        if (parts[^2].StartsWith("ln_", StringComparison.Ordinal) && parts[^1] == "w")
        {
            parts[^1] = "g";
        }
        if (parts[1] is "wte" or "wpe")
        {
            parts.RemoveAt(2);
        }
        return string.Join('/', parts);
    }
}
