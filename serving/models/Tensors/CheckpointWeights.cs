namespace ElasticSynapse.Serving.Models;

/// <summary>The weights that a graph needs, found in a checkpoint and checked: none missing, none of another shape or type.</summary>
internal sealed class CheckpointWeights
{
    private readonly Dictionary<string, StoredTensor> _weights;

    private CheckpointWeights(Dictionary<string, StoredTensor> weights, IReadOnlyList<string> unused)
    {
        _weights = weights;
        Unused = unused;
    }

    /// <summary>Tensors of the checkpoint that are neither weights of this model nor known buffers, by their own names.</summary>
    public IReadOnlyList<string> Unused { get; }

    public StoredTensor this[string name] => _weights[name];

    public bool Has(string name) => _weights.ContainsKey(name);

    public IReadOnlyDictionary<string, StoredTensor> ByName => _weights;

    /// <param name="required">What the graph needs, by normalised name.</param>
    /// <param name="optional">What it can use if it is there.</param>
    /// <exception cref="CheckpointException">Lists every missing tensor, or else every tensor of a wrong shape or type.</exception>
    public static CheckpointWeights Bind(
        ITensorSource source, TensorNaming naming, IEnumerable<RequiredTensor> required, params IEnumerable<RequiredTensor> optional)
    {
        var stored = Normalize(source, naming);
        var weights = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        var missing = new List<string>();
        var refused = new List<string>();
        foreach (var (need, isOptional) in required.Select(n => (n, false)).Concat(optional.Select(n => (n, true))))
        {
            if (!stored.Remove(need.Name, out var tensor))
            {
                if (!isOptional)
                    missing.Add(need.Name);
                continue;
            }
            if (need.MayBePadded)
                tensor = WithoutPadding(tensor, need.Shape);
            if (!tensor.Shape.SequenceEqual(need.Shape))
                refused.Add($"{Refusal.Quoted(tensor.Name)} has shape {Refusal.Shape(tensor.Shape)}, "
                    + $"the configuration asks for {Refusal.Shape(need.Shape)}");
            else if (!tensor.Type.IsWeight())
                refused.Add($"{Refusal.Quoted(tensor.Name)} has type {tensor.Type.Name()}, accepted are F32, F16, BF16, F64");
            weights[need.Name] = tensor;
        }
        if (missing.Count > 0)
            throw new CheckpointException($"{source.Description}: {missing.Count} tensors missing: {string.Join(", ", missing)}");
        if (refused.Count > 0)
            throw new CheckpointException($"{source.Description}: {refused.Count} tensors refused: {string.Join("; ", refused)}");
        return new CheckpointWeights(weights, [.. stored.Where(t => !naming.IsCopy(t.Key)).Select(t => t.Value.Name).Order(StringComparer.Ordinal)]);
    }

    // Row-major: the rows that count lie together at the start.
    private static StoredTensor WithoutPadding(StoredTensor tensor, long[] shape) =>
        tensor.Shape.Count == shape.Length && tensor.Shape[0] > shape[0] && tensor.Shape.Skip(1).SequenceEqual(shape.Skip(1))
            ? tensor with { Shape = shape, ByteLength = tensor.ByteLength / tensor.Shape[0] * shape[0] }
            : tensor;

    private static Dictionary<string, StoredTensor> Normalize(ITensorSource source, TensorNaming naming)
    {
        var stored = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (var tensor in source.Tensors.Values)
        {
            if (naming.Normalize(tensor.Name) is { } name && !stored.TryAdd(name, tensor))
                throw Refusal.OfTensor(source.Description, tensor.Name,
                    $"another spelling of {Refusal.Quoted(stored[name].Name)}", "each tensor once");
        }
        return stored;
    }
}
