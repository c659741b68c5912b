using System.Text.RegularExpressions;

namespace ElasticSynapse.Serving.Models;

/// <summary>Chooses what to fetch of a folder: a hub's repository holds one model in many formats.</summary>
internal static partial class WantedFiles
{
    /// <exception cref="CheckpointException">A name leads out of the folder.</exception>
    public static IReadOnlyList<StoredFile> Of(string owner, IReadOnlyList<StoredFile> files)
    {
        foreach (var file in files)
        {
            if (!IsInside(file.Path))
                throw Refusal.Of(owner, $"a file named {Refusal.Quoted(file.Path)}", "names inside the folder");
        }
        var hasSafetensors = files.Any(f => f.Path is "model.safetensors" or "model.safetensors.index.json");
        var hasPyTorch = files.Any(f => f.Path is "pytorch_model.bin" or "pytorch_model.bin.index.json");
        return [.. files.Where(f => f.Path.StartsWith($"{CompiledFolder.Name}/", StringComparison.Ordinal) || (!Unused().IsMatch(f.Path)
            && !(hasSafetensors && OtherThanSafetensors().IsMatch(f.Path))
            && !(hasPyTorch && !hasSafetensors && Bundle().IsMatch(f.Path))))];
    }

    /// <summary>Whether a relative path with '/' stays where it starts.</summary>
    public static bool IsInside(string path) =>
        path.Length > 0 && !path.AsSpan().ContainsAny('\0', '\\')
        && path.Split('/').All(part => part is not ("" or "." or ".."));

    // Other frameworks' weights, TensorFlow's graphs and logs, what training leaves.
    [GeneratedRegex(@"\.(h5|msgpack|ot|onnx|onnx_data|mlmodel|mlpackage|tflite|gguf|meta|md|png|jpg)$|(^|/)(events\.out\.tfevents|\.|graph\.pbtxt$)"
        + @"|(^|/)(training_args|optimizer|scheduler|scaler|rng_state[^/]*)\.(bin|pt|pth)$|^(onnx|openvino|coreml|eval|runs|logs)/", RegexOptions.CultureInvariant)]
    private static partial Regex Unused();

    [GeneratedRegex(@"\.(bin|pt|pth)$|^pytorch_model\.bin\.index\.json$|\.index$|\.data-[0-9]+-of-[0-9]+$|^saved_model\.pb$|^checkpoint$", RegexOptions.CultureInvariant)]
    private static partial Regex OtherThanSafetensors();

    [GeneratedRegex(@"\.index$|\.data-[0-9]+-of-[0-9]+$|^saved_model\.pb$|^checkpoint$", RegexOptions.CultureInvariant)]
    private static partial Regex Bundle();
}
