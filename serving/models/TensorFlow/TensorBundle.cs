namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Opens a TensorFlow V2 checkpoint: the variables of a model, in the orientation that Hugging Face gives them. The optimizer's
/// are left out, partitioned ones joined, the checksums of all that is left verified.
/// </summary>
internal static class TensorBundle
{
    private const int ChecksumWindow = 1 << 20;

    /// <param name="prefix">Path of the index without <c>.index</c>.</param>
    /// <exception cref="CheckpointException">The checkpoint is broken; the message names the tensor.</exception>
    public static ITensorSource Open(string prefix)
    {
        var index = BundleIndex.Open(prefix);
        var files = index.Shards.Values.ToDictionary(s => s.Path, StringComparer.Ordinal);
        try
        {
            var variables = index.Variables.ToArray();
            var joined = Joined(index, variables, files);
            var tensors = Arranged(index, joined, BertHead.Find(index.FullPath, variables.Select(v => v.Tensor!)), files);
            return new MappedTensors(index.FullPath, tensors, files.Values);
        }
        catch
        {
            foreach (var file in files.Values)
                file.Dispose();
            throw;
        }
    }

    // The model's variables as TensorFlow has them.
    private static List<StoredTensor> Joined(BundleIndex index, BundleEntry[] variables, Dictionary<string, MappedFile> files)
    {
        using var scratch = new ScratchFile(index.FullPath);
        var tensors = new List<StoredTensor>();
        foreach (var entry in variables)
        {
            var tensor = entry.Tensor!;
            if (entry.Slices.Count == 0)
            {
                Verify(index, tensor, entry.Checksum);
                tensors.Add(tensor);
                continue;
            }
            var variable = PartitionedVariable.Find(index, tensor, entry.Slices);
            foreach (var slice in variable.Slices)
                Verify(index, slice.Tensor with { Name = tensor.Name }, slice.Checksum);
            tensors.Add(scratch.Add(tensor, output => variable.WriteTo(output, index, files)));
        }
        if (scratch.Map() is { } file)
            files.Add(file.Path, file);
        return tensors;
    }

    private static Dictionary<string, StoredTensor> Arranged(
        BundleIndex index, List<StoredTensor> tensors, BertHead? head, Dictionary<string, MappedFile> files)
    {
        using var scratch = new ScratchFile(index.FullPath);
        var arranged = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (var variable in tensors)
        {
            var tensor = variable.Name == head?.WeightName ? variable with { Name = BertHead.Weight }
                : variable.Name == head?.BiasName ? variable with { Name = BertHead.Bias }
                : variable;
            var isTransposed = tensor.Name == BertHead.Weight ? head?.IsTransposed == true : TensorFlowVariables.IsTransposed(tensor);
            var stored = isTransposed
                ? Transpose(tensor, files[tensor.File], scratch)
                : tensor with { Shape = TensorFlowVariables.Shape(tensor) };
            if (!arranged.TryAdd(tensor.Name, stored))
                throw Refusal.OfTensor(index.FullPath, variable.Name, $"the classifier, and {tensor.Name} of another shape", "one of them");
        }
        if (scratch.Map() is { } file)
            files.Add(file.Path, file);
        return arranged;
    }

    private static StoredTensor Transpose(StoredTensor tensor, MappedFile file, ScratchFile scratch)
    {
        var view = StridedView.Transpose(tensor.Shape[0], tensor.Shape[1]);
        return scratch.Add(tensor with { Shape = view.Shape },
            output => view.WriteTo(output, file, tensor.Offset, tensor.Type.Size()));
    }

    // From the file, not through the mapping, whose pages would stay in the process's memory beside what is made of them.
    private static void Verify(BundleIndex index, StoredTensor tensor, uint checksum)
    {
        using var file = File.OpenHandle(tensor.File);
        var window = new byte[(int)Math.Min(ChecksumWindow, tensor.ByteLength)];
        uint crc = 0;
        for (long start = 0; start < tensor.ByteLength;)
        {
            var wanted = window.AsSpan(0, (int)Math.Min(window.Length, tensor.ByteLength - start));
            var read = RandomAccess.Read(file, wanted, tensor.Offset + start);
            if (read == 0)
                throw Refusal.Of(tensor.File, "an end before the last tensor's", "the length that the index has checked");
            crc = Crc32C.Append(crc, window.AsSpan(0, read));
            start += read;
        }
        if (Crc32C.Mask(crc) != checksum)
            throw Refusal.OfTensor(index.FullPath, tensor.Name, $"a wrong checksum of its {tensor.ByteLength} bytes at {tensor.Offset} of {Path.GetFileName(tensor.File)}",
                "the bytes that TensorFlow wrote");
    }
}
