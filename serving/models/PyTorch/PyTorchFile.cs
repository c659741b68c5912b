namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Opens a file of <c>torch.save</c> (PyTorch 1.6 and later): a zip file with a pickled state dict and one entry a storage.
/// A tensor that lies in row-major order stays where it is; a strided one is rearranged once.
/// </summary>
internal static class PyTorchFile
{
    public const string Extension = ".bin";

    private const string Accepted = "a zip file of torch.save from PyTorch 1.6 or later";
    private const string PickleName = "/data.pkl";
    private const long LongestPickle = 100_000_000;
    private const int TarMagicOffset = 257;

    // Where training scripts put the state dict beside optimizer and epoch.
    private static readonly string[] Wrappers = ["state_dict", "model_state_dict", "model", "module"];

    /// <exception cref="CheckpointException">The file cannot be read, is of another form, or holds more than tensors.</exception>
    public static ITensorSource Open(string path)
    {
        var file = MappedFile.Open(path, "PyTorch file");
        using var scratch = new ScratchFile(path);
        try
        {
            RefuseOldForms(file);
            var archive = PyTorchArchive.Read(file, PickleName);
            if (archive.Pickle.Length > LongestPickle)
                throw Refusal.Of(path, $"a pickle of {archive.Pickle.Length} bytes", $"at most {LongestPickle}");
            var pickled = StateDict(path, PickleMachine.Run(path, file.Bytes(archive.Pickle.Offset, (int)archive.Pickle.Length).ToArray()));
            var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
            long rearrangedBytes = 0;
            foreach (var (name, tensor) in pickled)
            {
                var stored = archive.Place(name, tensor);
                if (!tensor.View.IsRowMajor)
                {
                    // Every tensor of a model lies somewhere in the file; views that repeat it would fill the disk.
                    if (stored.ByteLength > file.Length - rearrangedBytes)
                        throw Refusal.OfTensor(path, name, $"a view of {stored.ByteLength} bytes in a file of {file.Length}", "views that do not repeat the file");
                    rearrangedBytes += stored.ByteLength;
                    stored = scratch.Add(stored,
                        output => tensor.View.WriteTo(output, file, archive.StorageOffset(tensor), tensor.Type.Size()));
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

    private static Dictionary<string, PickledTensor> StateDict(string path, object? value)
    {
        for (var depth = 0; depth < Wrappers.Length; depth++)
        {
            if (value is not PickledDictionary wrapper || wrapper.Items.Any(i => i.Value is PickledTensor)
                || wrapper.Items.FindLast(i => i is { Key: string key, Value: PickledDictionary } && Wrappers.Contains(key)).Value is not { } inner)
                break;
            value = inner;
        }
        var tensors = new Dictionary<string, PickledTensor>(StringComparer.Ordinal);
        foreach (var item in (value as PickledDictionary)?.Items ?? [])
        {
            if (item is { Key: string name, Value: PickledTensor tensor })
                tensors[name] = tensor;
        }
        return tensors.Count > 0 ? tensors : throw Refusal.Of(path, "no tensors by name", "a state dict, or one under " + string.Join(", ", Wrappers));
    }

    private static void RefuseOldForms(MappedFile file)
    {
        ReadOnlySpan<byte> pickledMagicNumber = [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19];
        var start = file.Bytes(0, (int)Math.Min(file.Length, 512));
        if (start.StartsWith(pickledMagicNumber))
            throw Refusal.Of(file.Path, "PyTorch's legacy format, as torch.save wrote before 1.6", Accepted + "; load and save it again");
        if (start.Length > TarMagicOffset && start[TarMagicOffset..].StartsWith("ustar"u8))
            throw Refusal.Of(file.Path, "a tar file, PyTorch's format of 2017", Accepted + "; load and save it again");
        if (!start.StartsWith("PK"u8))
            throw Refusal.Of(file.Path, file.Length == 0 ? "an empty file" : "a file that is no zip file", Accepted);
    }
}
