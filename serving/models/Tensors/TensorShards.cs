using System.Text.Json;

namespace ElasticSynapse.Serving.Models;

/// <summary>A checkpoint of several files and an index that says which tensor is where, as Hugging Face writes both
/// safetensors and PyTorch's: <c>{"metadata": {...}, "weight_map": {"tensor": "model-00001-of-00002.safetensors", ...}}</c>.</summary>
internal sealed class TensorShards : ITensorSource
{
    private readonly Dictionary<string, ITensorSource> _shardOf; // by tensor; not by file, which may be a shard's scratch file

    private TensorShards(string index, Dictionary<string, ITensorSource> shardOf, Dictionary<string, StoredTensor> tensors)
    {
        Description = index;
        _shardOf = shardOf;
        Tensors = tensors;
    }

    public string Description { get; }

    public IReadOnlyDictionary<string, StoredTensor> Tensors { get; }

    /// <param name="index">The index; shards lie beside it.</param>
    /// <param name="extension">What shards' names end in.</param>
    /// <param name="openShard">Opens one of them.</param>
    /// <exception cref="CheckpointException">The index or a shard cannot be read, or they contradict each other.</exception>
    public static TensorShards Open(string index, string extension, Func<string, ITensorSource> openShard)
    {
        var shardOf = ReadIndex(index, extension); // tensor -> full path
        var shards = new Dictionary<string, ITensorSource>(StringComparer.Ordinal);
        try
        {
            foreach (var path in shardOf.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                if (!File.Exists(path))
                    throw Refusal.Of(index, $"shard {Path.GetFileName(path)} missing", "every shard that weight_map names");
                shards.Add(path, openShard(path));
            }
            CheckNoDuplicates(index, shards.Values);
            var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
            foreach (var (name, path) in shardOf)
            {
                if (!shards[path].Tensors.TryGetValue(name, out var tensor))
                    throw Refusal.OfTensor(index, name, $"no such tensor in {Path.GetFileName(path)}", "the shard that holds it");
                tensors.Add(name, tensor);
            }
            return new TensorShards(index, shardOf.ToDictionary(t => t.Key, t => shards[t.Value], StringComparer.Ordinal), tensors);
        }
        catch
        {
            foreach (var shard in shards.Values)
                shard.Dispose();
            throw;
        }
    }

    public ReadOnlySpan<byte> Bytes(StoredTensor tensor, long start, int length) =>
        _shardOf.TryGetValue(tensor.Name, out var shard)
            ? shard.Bytes(tensor, start, length)
            : throw new ArgumentException($"{tensor.Name} is not a tensor of {Description}", nameof(tensor));

    public void Dispose()
    {
        foreach (var shard in _shardOf.Values.Distinct())
            shard.Dispose();
    }

    private static Dictionary<string, string> ReadIndex(string index, string extension)
    {
        using var json = CheckpointJson.Read(index);
        if (!json.RootElement.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
            throw Refusal.Of(index, "no weight_map", "an object of file names by tensor name");
        var folder = Path.GetDirectoryName(index)!;
        var shardOf = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in map.EnumerateObject())
        {
            var shard = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString()! : entry.Value.GetRawText();
            if (!IsPlainFileName(shard, extension))
                throw Refusal.OfTensor(index, entry.Name, $"shard {Refusal.Quoted(shard)}",
                    $"the name of a {extension} file in the same folder");
            shardOf.Add(entry.Name, Path.Combine(folder, shard));
        }
        if (shardOf.Count == 0)
            throw Refusal.Of(index, "an empty weight_map", "at least one tensor");
        return shardOf;
    }

    private static bool IsPlainFileName(string name, string extension) =>
        name.EndsWith(extension, StringComparison.Ordinal) && name.AsSpan().IndexOfAny("/\\:\0") < 0;

    private static void CheckNoDuplicates(string index, IEnumerable<ITensorSource> shards)
    {
        var holders = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var shard in shards)
        {
            foreach (var name in shard.Tensors.Keys)
            {
                if (!holders.TryAdd(name, shard.Description))
                {
                    var both = $"{Path.GetFileName(holders[name])} and {Path.GetFileName(shard.Description)}";
                    throw Refusal.OfTensor(index, name, $"the tensor in both {both}", "one shard for each tensor");
                }
            }
        }
    }
}
