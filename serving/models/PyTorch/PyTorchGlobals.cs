using System.Collections.Frozen;

namespace ElasticSynapse.Serving.Models;

/// <summary>Everything that a state dict may name: constructors of tensors, storages, types. Nothing is looked up elsewhere.</summary>
internal sealed class PyTorchGlobals(PickleBytes place)
{
    private const string Untyped = "torch.storage.UntypedStorage";
    private const string Size = "torch.Size";
    private const string OrderedDict = "collections.OrderedDict";
    private const string Accepted = "a state dict: tensors in dictionaries; nothing that a checkpoint names is ever run";

    private static readonly FrozenDictionary<string, TensorType> StorageTypes = new Dictionary<string, TensorType>
    {
        ["torch.DoubleStorage"] = TensorType.F64, ["torch.FloatStorage"] = TensorType.F32,
        ["torch.HalfStorage"] = TensorType.F16, ["torch.BFloat16Storage"] = TensorType.BF16,
        ["torch.LongStorage"] = TensorType.I64, ["torch.IntStorage"] = TensorType.I32,
        ["torch.ShortStorage"] = TensorType.I16, ["torch.CharStorage"] = TensorType.I8,
        ["torch.ByteStorage"] = TensorType.U8, ["torch.BoolStorage"] = TensorType.Bool,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, TensorType> Types = new Dictionary<string, TensorType>
    {
        ["torch.float64"] = TensorType.F64, ["torch.float32"] = TensorType.F32, ["torch.float16"] = TensorType.F16,
        ["torch.bfloat16"] = TensorType.BF16, ["torch.int64"] = TensorType.I64, ["torch.int32"] = TensorType.I32,
        ["torch.int16"] = TensorType.I16, ["torch.int8"] = TensorType.I8, ["torch.uint8"] = TensorType.U8,
        ["torch.bool"] = TensorType.Bool, ["torch.uint16"] = TensorType.U16, ["torch.uint32"] = TensorType.U32,
        ["torch.uint64"] = TensorType.U64, ["torch.float8_e4m3fn"] = TensorType.F8E4M3, ["torch.float8_e5m2"] = TensorType.F8E5M2,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // What stands around tensors: called, it gives a value that nobody asks for.
    private static readonly FrozenSet<string> Opaque = FrozenSet.ToFrozenSet(
        ["torch.device", "torch.serialization._get_layout", "_codecs.encode",
            "__builtin__.set", "__builtin__.frozenset", "builtins.set", "builtins.frozenset"], StringComparer.Ordinal);

    private static readonly FrozenSet<string> Rebuilders = FrozenSet.ToFrozenSet(
        ["torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3",
            "torch._utils._rebuild_parameter"], StringComparer.Ordinal);

    private readonly Dictionary<string, PickledStorage> _storages = new(StringComparer.Ordinal);

    /// <summary>Every storage that was named so far, by key.</summary>
    public IReadOnlyDictionary<string, PickledStorage> Storages => _storages;

    public PickledGlobal Resolve(string module, string name)
    {
        var global = $"{module}.{name}";
        return global is OrderedDict or Untyped or Size || StorageTypes.ContainsKey(global) || Types.ContainsKey(global)
            || Opaque.Contains(global) || Rebuilders.Contains(global)
                ? new PickledGlobal(global)
                : throw place.Refused($"the global {Refusal.Quoted(global)}", Accepted);
    }

    public object? Call(PickledGlobal callable, object?[] arguments) => (callable.Name, arguments) switch
    {
        (Size, [object?[] sizes]) => sizes,
        (OrderedDict, []) => new PickledDictionary([]),
        ("torch._utils._rebuild_tensor", [PickledStorage { Type: { } type } storage, var offset, var size, var stride]) =>
            Tensor(storage, type, offset, size, stride),
        ("torch._utils._rebuild_tensor_v2",
            [PickledStorage { Type: { } type } storage, var offset, var size, var stride, _, _, .. var metadata])
            when IsPlain(metadata) => Tensor(storage, type, offset, size, stride),
        ("torch._utils._rebuild_tensor_v3",
            [PickledStorage storage, var offset, var size, var stride, _, _, PickledGlobal dtype, .. var metadata])
            when IsPlain(metadata) && Types.TryGetValue(dtype.Name, out var type) => Tensor(storage, type, offset, size, stride),
        ("torch._utils._rebuild_parameter", [PickledTensor tensor, _, _]) => tensor,
        var (name, _) when Opaque.Contains(name) => null,
        _ => throw place.Refused($"a call of {callable.Name} with other arguments than torch.save writes", Accepted),
    };

    /// <summary>The storage that a persistent id names: ("storage", class, key, device, elements), and in PyTorch's legacy stream
    /// behind them None or (key, first element, elements) of a part of it.</summary>
    public PickledStorage Storage(object? id)
    {
        if (id is object?[] and ["storage", PickledGlobal named, string key, _, long and >= 0 and var elements, .. var view]
            && (named.Name == Untyped || StorageTypes.ContainsKey(named.Name))
            && View(view, elements) is var (first, count))
        {
            var storage = new PickledStorage(key, named.Name == Untyped ? null : StorageTypes[named.Name], elements, first, count);
            _storages.TryAdd(key, storage);
            return storage;
        }
        throw place.Refused("a persistent id that is no storage", Accepted);
    }

    private static (long First, long Count)? View(object?[] view, long elements) => view switch
    {
        [] or [null] => (0, elements),
        [object?[] and [string, long and >= 0 and var first, long and >= 0 and var count]]
            when first <= elements && count <= elements - first => (first, count),
        _ => null,
    };

    private PickledTensor Tensor(PickledStorage storage, TensorType type, object? offset, object? size, object? stride)
    {
        var shape = Sizes(size);
        var strides = Sizes(stride);
        if (offset is not (long and >= 0 and var start) || shape is null || strides is null || shape.Length != strides.Length)
            throw place.Refused("a tensor with a negative or missing offset, size or stride", Accepted);
        return new PickledTensor(storage, type, new StridedView(start, shape, strides));
    }

    private static long[]? Sizes(object? tuple) =>
        tuple is object?[] items && items.All(i => i is long and >= 0) ? [.. items.Select(i => (long)i!)] : null;

    // Metadata may say that the values are to be negated or conjugated, which nobody's weights are.
    private static bool IsPlain(object?[] metadata) => metadata is [] or [null] or [PickledDictionary { Items: [] }];
}
