namespace ElasticSynapse.Serving.Models;

/// <summary>The entries of a <c>torch.save</c> file: <c>X/data.pkl</c>, <c>X/data/&lt;key&gt;</c> and <c>X/byteorder</c>, below one
/// folder of any name.</summary>
internal sealed class PyTorchArchive
{
    private readonly MappedFile _file;
    private readonly string _folder;
    private readonly IReadOnlyDictionary<string, ZipEntry> _entries;

    private PyTorchArchive(MappedFile file, string folder, IReadOnlyDictionary<string, ZipEntry> entries)
    {
        _file = file;
        _folder = folder;
        _entries = entries;
    }

    public ZipEntry Pickle { get; private init; } = null!;

    /// <param name="pickleName">What the pickle's name ends in.</param>
    /// <exception cref="CheckpointException">Broken, TorchScript, or of a big-endian machine.</exception>
    public static PyTorchArchive Read(MappedFile file, string pickleName)
    {
        var entries = ZipDirectory.Read(file);
        ZipEntry[] pickles = [.. entries.Values.Where(e => e.Name.EndsWith(pickleName, StringComparison.Ordinal))];
        if (pickles is not [var pickle])
            throw Refusal.Of(file.Path, $"{pickles.Length} entries {pickleName[1..]}", "one, as torch.save writes");
        var folder = pickle.Name[..^pickleName.Length];
        if (entries.ContainsKey($"{folder}/constants.pkl"))
            throw Refusal.Of(file.Path, "a TorchScript program", "a state dict");
        if (entries.TryGetValue($"{folder}/byteorder", out var order) && order.Length < 16
            && !file.Bytes(order.Offset, (int)order.Length).SequenceEqual("little"u8))
            throw Refusal.Of(file.Path, "big-endian tensors", "little-endian ones");
        return new PyTorchArchive(file, folder, entries) { Pickle = pickle };
    }

    /// <summary>Byte position of a tensor's storage in the file.</summary>
    public long StorageOffset(PickledTensor tensor) => _entries[$"{_folder}/data/{tensor.Storage.Key}"].Offset;

    /// <summary>The tensor, checked against its storage, and the storage against the file. Where it starts, if it is row-major.</summary>
    public StoredTensor Place(string name, PickledTensor tensor)
    {
        var storage = tensor.Storage;
        if (!_entries.TryGetValue($"{_folder}/data/{storage.Key}", out var entry))
            throw Refusal.OfTensor(_file.Path, name, $"no entry data/{Refusal.Quoted(storage.Key)}", "its storage in the file");
        var elementSize = tensor.Type.Size();
        if (storage.Elements > entry.Length / (storage.Type?.Size() ?? 1))
            throw Refusal.OfTensor(_file.Path, name, $"a storage of {storage.Elements} elements in {entry.Length} bytes", "a whole file");
        var capacity = entry.Length / elementSize;
        var view = tensor.View;
        if (view.End is not { } end || end > capacity)
            throw Refusal.OfTensor(_file.Path, name,
                $"offset {view.Offset}, shape {Refusal.Shape(view.Shape)} and strides {Refusal.Shape(view.Strides)}",
                $"a view of its storage's {capacity} elements");
        if (TensorShape.ByteLength(view.Shape, tensor.Type) is not { } bytes || bytes > entry.Length)
            throw Refusal.OfTensor(_file.Path, name, $"shape {Refusal.Shape(view.Shape)} of {capacity} elements", "a view that repeats none");
        return new StoredTensor(name, tensor.Type, view.Shape, _file.Path, entry.Offset + view.Offset * elementSize, bytes);
    }
}
