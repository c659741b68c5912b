namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Opens a file of <c>torch.save</c>: a pickled state dict and the storages of its tensors, in a zip file or, before PyTorch
/// 1.6, in a stream. A tensor that lies in row-major order stays where it is; a strided one is rearranged once.
/// </summary>
internal static class PyTorchFile
{
    public const string Extension = ".bin";

    /// <summary>Bytes; a state dict's is some hundred for each tensor.</summary>
    public const int LongestPickle = 100_000_000;

    /// <summary>Bytes that tell which container a file is.</summary>
    public const int StartBytes = 512;

    private const string Accepted = "a file of torch.save";
    private const int TarMagicOffset = 257;

    // Where training scripts put the state dict beside optimizer and epoch.
    private static readonly string[] Wrappers = ["state_dict", "model_state_dict", "model", "module"];

    private const int DeepestWrapper = 2;

    /// <exception cref="CheckpointException">The file cannot be read, is of another form, or holds more than tensors.</exception>
    public static ITensorSource Open(string path)
    {
        var file = MappedFile.Open(path, "PyTorch file");
        using var scratch = new ScratchFile(path);
        try
        {
            var content = Read(file);
            var pickled = StateDict(path, content.Value);
            var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
            long rearrangedBytes = 0;
            foreach (var (name, tensor) in pickled)
            {
                var stored = content.Place(name, tensor);
                if (!tensor.View.IsRowMajor)
                {
                    // Every tensor of a model lies somewhere in the file; views that repeat it would fill the disk.
                    // The largest of those are masks, which nobody uses.
                    if (TensorNaming.IsBuffer(name))
                        continue;
                    if (stored.ByteLength > file.Length - rearrangedBytes)
                        throw Refusal.OfTensor(path, name, $"a view of {stored.ByteLength} bytes in a file of {file.Length}", "views that do not repeat the file");
                    rearrangedBytes += stored.ByteLength;
                    stored = scratch.Add(stored,
                        output => tensor.View.WriteTo(output, file, content.StorageOffset(tensor), tensor.Type.Size()));
                }
                tensors.Add(name, stored);
            }
            MappedFile[] files = scratch.Map() is { } rearranged ? [file, rearranged] : [file];
            return new MappedTensors(path, tensors, files);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static PyTorchContent Read(MappedFile file)
    {
        var start = file.Bytes(0, (int)Math.Min(file.Length, StartBytes));
        if (PyTorchArchive.Recognizes(start))
            return PyTorchArchive.Read(file);
        if (PyTorchStream.Recognizes(start))
            return PyTorchStream.Read(file);
        if (start.Length > TarMagicOffset && start[TarMagicOffset..].StartsWith("ustar"u8))
            throw Refusal.Of(file.Path, "a tar file, PyTorch's format of 2017", Accepted + "; load and save it again");
        throw Refusal.Of(file.Path, file.Length == 0 ? "an empty file" : "a file of another form", Accepted);
    }

    private static Dictionary<string, PickledTensor> StateDict(string path, object? value)
    {
        // A wrapper goes before tensors beside it, such as the state of a random generator.
        for (var depth = 0; depth <= DeepestWrapper && Wrapped(value) is { } inner; depth++)
            value = inner;
        var tensors = new Dictionary<string, PickledTensor>(StringComparer.Ordinal);
        foreach (var item in (value as PickledDictionary)?.Items ?? [])
        {
            if (item is { Key: string name, Value: PickledTensor tensor })
                tensors[name] = tensor;
        }
        return tensors.Count > 0 ? tensors : throw Refusal.Of(path, "no tensors by name", "a state dict, or one under " + string.Join(", ", Wrappers));
    }

    private static PickledDictionary? Wrapped(object? value) => value is PickledDictionary wrapper
        ? Wrappers.Select(name => Inner(wrapper, name)).FirstOrDefault(inner => inner is not null && HoldsTensors(inner, DeepestWrapper))
        : null;

    private static bool HoldsTensors(PickledDictionary dictionary, int levels) =>
        dictionary.Items.Any(item => item.Value is PickledTensor)
        || (levels > 0 && Wrappers.Any(name => Inner(dictionary, name) is { } inner && HoldsTensors(inner, levels - 1)));

    private static PickledDictionary? Inner(PickledDictionary dictionary, string name) =>
        dictionary.Items.FindLast(item => item.Key is string key && key == name).Value as PickledDictionary;
}
