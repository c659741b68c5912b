namespace ElasticSynapse.Serving.Models;

/// <summary>What a file of <c>torch.save</c> holds, whichever its container.</summary>
/// <param name="value">What its pickle describes.</param>
/// <param name="storages">Where in the file each storage lies, by key.</param>
internal sealed class PyTorchContent(MappedFile file, object? value, IReadOnlyDictionary<string, FileRange> storages)
{
    public object? Value => value;

    /// <summary>Byte position in the file of the storage that a tensor views.</summary>
    public long StorageOffset(PickledTensor tensor) =>
        storages[tensor.Storage.Key].Offset + tensor.Storage.First * tensor.Storage.ElementSize;

    /// <summary>The tensor, checked against its storage, and the storage against the file. Where it starts, if it is row-major; a
    /// view that repeats elements, as <c>expand</c> makes them, may be larger than all of it.</summary>
    public StoredTensor Place(string name, PickledTensor tensor)
    {
        var storage = tensor.Storage;
        if (!storages.TryGetValue(storage.Key, out var range))
            throw Refusal.OfTensor(file.Path, name, $"no storage {Refusal.Quoted(storage.Key)}", "its storage in the file");
        if (storage.Elements > range.Length / storage.ElementSize)
            throw Refusal.OfTensor(file.Path, name, $"a storage of {storage.Elements} elements in {range.Length} bytes", "a whole file");
        var elementSize = tensor.Type.Size();
        var capacity = storage.Count * storage.ElementSize / elementSize;
        var view = tensor.View;
        if (view.End is not { } end || end > capacity)
            throw Refusal.OfTensor(file.Path, name,
                $"offset {view.Offset}, shape {Refusal.Shape(view.Shape)} and strides {Refusal.Shape(view.Strides)}",
                $"a view of its storage's {capacity} elements");
        if (TensorShape.ByteLength(view.Shape, tensor.Type) is not { } bytes)
            throw Refusal.OfTensor(file.Path, name, $"shape {Refusal.Shape(view.Shape)} of {capacity} elements", "sizes below 2^63 bytes together");
        return new StoredTensor(name, tensor.Type, view.Shape, file.Path, StorageOffset(tensor) + view.Offset * elementSize, bytes);
    }
}
