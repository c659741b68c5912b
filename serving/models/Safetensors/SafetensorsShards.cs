using System.Text.Json;

namespace ElasticSynapse.Serving.Models;

/// <summary>A checkpoint of several safetensors files and <c>model.safetensors.index.json</c>, which says which tensor is
/// where: <c>{"metadata": {...}, "weight_map": {"tensor": "model-00001-of-00002.safetensors", ...}}</c>.</summary>
internal sealed class SafetensorsShards : ITensorSource
{
    private readonly Dictionary<string, SafetensorsFile> _shards; // by full path

    private SafetensorsShards(string index, Dictionary<string, SafetensorsFile> shards, Dictionary<string, StoredTensor> tensors)
    {
        Description = index;
        _shards = shards;
        Tensors = tensors;
    }

    public string Description { get; }

    public IReadOnlyDictionary<string, StoredTensor> Tensors { get; }

    /// <exception cref="CheckpointException">The index or a shard cannot be read, or they contradict each other.</exception>
    public static SafetensorsShards Open(string index)
    {
        var shardOf = ReadIndex(index); // tensor -> full path
        var shards = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        try
        {
            foreach (var path in shardOf.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                if (!File.Exists(path))
                    throw Refusal.Of(index, $"shard {Path.GetFileName(path)} missing", "every shard that weight_map names");
                shards.Add(path, SafetensorsFile.Open(path));
            }
            CheckNoDuplicates(index, shards.Values);
            var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
            foreach (var (name, path) in shardOf)
            {
                if (!shards[path].Tensors.TryGetValue(name, out var tensor))
                    throw Refusal.OfTensor(index, name, $"no such tensor in {Path.GetFileName(path)}", "the shard that holds it");
                tensors.Add(name, tensor);
            }
            return new SafetensorsShards(index, shards, tensors);
        }
        catch
        {
            foreach (var shard in shards.Values)
                shard.Dispose();
            throw;
        }
    }

    public ReadOnlySpan<byte> Bytes(StoredTensor tensor, long start, int length) =>
        _shards.TryGetValue(tensor.File, out var shard)
            ? shard.Bytes(tensor, start, length)
            : throw new ArgumentException($"{tensor.Name} is not a tensor of {Description}", nameof(tensor));

    public void Dispose()
    {
        foreach (var shard in _shards.Values)
            shard.Dispose();
    }

    private static Dictionary<string, string> ReadIndex(string index)
    {
        using var json = CheckpointJson.Read(index);
        if (!json.RootElement.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
            throw Refusal.Of(index, "no weight_map", "an object of file names by tensor name");
        var folder = Path.GetDirectoryName(index)!;
        var shardOf = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in map.EnumerateObject())
        {
            var shard = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString()! : entry.Value.GetRawText();
            if (!IsPlainFileName(shard))
                throw Refusal.OfTensor(index, entry.Name, $"shard {Refusal.Quoted(shard)}",
                    "the name of a .safetensors file in the same folder");
            shardOf.Add(entry.Name, Path.Combine(folder, shard));
        }
        if (shardOf.Count == 0)
            throw Refusal.Of(index, "an empty weight_map", "at least one tensor");
        return shardOf;
    }

    private static bool IsPlainFileName(string name) =>
        name.EndsWith(".safetensors", StringComparison.Ordinal) && name.AsSpan().IndexOfAny("/\\:\0") < 0;

    private static void CheckNoDuplicates(string index, IEnumerable<SafetensorsFile> shards)
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
