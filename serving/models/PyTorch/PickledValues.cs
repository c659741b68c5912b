namespace ElasticSynapse.Serving.Models;

/// <summary>What a pickle described.</summary>
/// <param name="Storages">All that it named, by key.</param>
/// <param name="Length">Bytes, to its end.</param>
internal sealed record Pickle(object? Value, IReadOnlyDictionary<string, PickledStorage> Storages, int Length);

/// <summary>A global that a pickle names and the machine knows; there are no others.</summary>
internal sealed record PickledGlobal(string Name);

/// <summary>A dict or OrderedDict, in the order of its items. Keys may be anything; a later item replaces an earlier one.</summary>
internal sealed record PickledDictionary(List<(object? Key, object? Value)> Items);

/// <summary>The memory behind tensors: an entry of the zip file, or a stretch of the stream.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Elements">Of <paramref name="Type"/>; bytes if that is null, of an untyped storage.</param>
/// <param name="First">Where the part that the tensors see begins, in elements; 0 but for a view of a storage.</param>
/// <param name="Count">Elements of that part.</param>
internal sealed record PickledStorage(string Key, TensorType? Type, long Elements, long First, long Count)
{
    public int ElementSize => Type?.Size() ?? 1;
}

/// <summary>A tensor: a view of a storage.</summary>
internal sealed record PickledTensor(PickledStorage Storage, TensorType Type, StridedView View);
