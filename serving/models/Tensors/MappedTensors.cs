namespace ElasticSynapse.Serving.Models;

/// <summary>Tensors that lie in mapped files: what every reader of a format ends in.</summary>
/// <param name="files">The files that the tensors name; disposed with the source.</param>
internal sealed class MappedTensors(
    string description, IReadOnlyDictionary<string, StoredTensor> tensors, IEnumerable<MappedFile> files) : ITensorSource
{
    private readonly Dictionary<string, MappedFile> _files = files.ToDictionary(f => f.Path, StringComparer.Ordinal);

    public string Description { get; } = description;

    public IReadOnlyDictionary<string, StoredTensor> Tensors { get; } = tensors;

    public ReadOnlySpan<byte> Bytes(StoredTensor tensor, long start, int length)
    {
        // Its own, or the first rows of one.
        if (!Tensors.TryGetValue(tensor.Name, out var known) || known.File != tensor.File || known.Offset != tensor.Offset || tensor.ByteLength > known.ByteLength)
            throw new ArgumentException($"{tensor.Name} is not a tensor of {Description}", nameof(tensor));
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, tensor.ByteLength - length);
        return _files[tensor.File].Bytes(tensor.Offset + start, length);
    }

    public void Dispose()
    {
        foreach (var file in _files.Values)
            file.Dispose();
    }
}
