namespace ElasticSynapse.Serving.Models;

/// <summary>The container of <c>torch.save</c> since PyTorch 1.6: a zip file with <c>X/data.pkl</c>, <c>X/data/&lt;key&gt;</c> and
/// <c>X/byteorder</c>, below one folder of any name.</summary>
internal static class PyTorchArchive
{
    private const string PickleName = "/data.pkl";

    public static bool Recognizes(ReadOnlySpan<byte> start) => start.StartsWith("PK"u8);

    /// <exception cref="CheckpointException">Broken, TorchScript, or of a big-endian machine.</exception>
    public static PyTorchContent Read(MappedFile file)
    {
        var entries = ZipDirectory.Read(file);
        ZipEntry[] pickles = [.. entries.Values.Where(e => e.Name.EndsWith(PickleName, StringComparison.Ordinal))];
        if (pickles is not [var pickle])
            throw Refusal.Of(file.Path, $"{pickles.Length} entries {PickleName[1..]}", "one, as torch.save writes");
        var folder = pickle.Name[..^PickleName.Length];
        if (entries.ContainsKey($"{folder}/constants.pkl"))
            throw Refusal.Of(file.Path, "a TorchScript program", "a state dict");
        if (entries.TryGetValue($"{folder}/byteorder", out var order) && order.Length < 16
            && !file.Bytes(order.Offset, (int)order.Length).SequenceEqual("little"u8))
            throw Refusal.Of(file.Path, "big-endian tensors", "little-endian ones");
        if (pickle.Length > PyTorchFile.LongestPickle)
            throw Refusal.Of(file.Path, $"a pickle of {pickle.Length} bytes", $"at most {PyTorchFile.LongestPickle}");

        var value = PickleMachine.Run(file.Path, file.Memory(pickle.Offset, (int)pickle.Length)).Value;
        var data = $"{folder}/data/";
        var storages = entries.Values.Where(e => e.Name.StartsWith(data, StringComparison.Ordinal))
            .ToDictionary(e => e.Name[data.Length..], e => new FileRange(e.Offset, e.Length), StringComparer.Ordinal);
        return new PyTorchContent(file, value, storages);
    }
}
