using System.Text.RegularExpressions;

namespace ElasticSynapse.Serving.Models;

/// <summary>Finds the weights of a checkpoint folder.</summary>
internal static partial class CheckpointTensors
{
    private const string Safetensors = "model.safetensors";
    private const string PyTorch = "pytorch_model.bin";
    private const string IndexSuffix = ".index.json";

    private const string Accepted = $"{Safetensors}, {PyTorch}, either in shards with {IndexSuffix}, one other .bin, .pt or .pth file, "
        + "or a TensorFlow checkpoint (.index and .data files, or variables/)";

    /// <summary>The first of the accepted forms that the folder holds, in Hugging Face's order.</summary>
    /// <exception cref="CheckpointException">None is there, or the one that is cannot be read.</exception>
    public static ITensorSource Open(string folder)
    {
        string In(string name) => Path.Combine(folder, name);
        if (File.Exists(In(Safetensors)))
            return SafetensorsFile.Open(In(Safetensors));
        if (File.Exists(In(Safetensors + IndexSuffix)))
            return TensorShards.Open(In(Safetensors + IndexSuffix), SafetensorsFile.Extension, SafetensorsFile.Open);
        if (File.Exists(In(PyTorch)))
            return PyTorchFile.Open(In(PyTorch));
        if (File.Exists(In(PyTorch + IndexSuffix)))
            return TensorShards.Open(In(PyTorch + IndexSuffix), PyTorchFile.Extension, PyTorchFile.Open);
        if (OtherPyTorchFile(folder) is { } other)
            return PyTorchFile.Open(other);
        if (BundlePrefix.Find(folder) is { } prefix)
            return TensorBundle.Open(prefix);
        throw Refusal.Of(folder, $"no weights, but {FolderContent.Of(folder)}", Accepted);
    }

    private static string? OtherPyTorchFile(string folder)
    {
        string[] files = [.. Directory.GetFiles(folder).Where(path => PyTorchName().IsMatch(Path.GetFileName(path))).Order(StringComparer.Ordinal)];
        return files.Length <= 1
            ? files.FirstOrDefault()
            : throw Refusal.Of(folder, $"{files.Length} PyTorch files ({string.Join(", ", files.Select(Path.GetFileName))})", Accepted);
    }

    // What Hugging Face's Trainer leaves beside a model is none.
    [GeneratedRegex(@"^(?!(training_args|optimizer|scheduler|scaler|rng_state.*)\.)[^.].*\.(bin|pt|pth)$", RegexOptions.CultureInvariant)]
    private static partial Regex PyTorchName();
}
