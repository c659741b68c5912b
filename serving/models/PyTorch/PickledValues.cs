namespace ElasticSynapse.Serving.Models;

/// <summary>A global that a pickle names and the machine knows; there are no others.</summary>
internal sealed record PickledGlobal(string Name);

/// <summary>A dict or OrderedDict, in the order of its items. Keys may be anything; a later item replaces an earlier one.</summary>
internal sealed record PickledDictionary(List<(object? Key, object? Value)> Items);

/// <summary>The memory behind tensors: an entry of the zip file.</summary>
/// <param name="Key">Name of the entry below <c>data/</c>.</param>
/// <param name="Elements">Of <paramref name="Type"/>; bytes if that is null, of an untyped storage.</param>
internal sealed record PickledStorage(string Key, TensorType? Type, long Elements);

/// <summary>A tensor: a view of a storage.</summary>
internal sealed record PickledTensor(PickledStorage Storage, TensorType Type, StridedView View);
