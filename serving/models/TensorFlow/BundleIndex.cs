using System.Globalization;
using System.Text;
using ElasticSynapse.Serving.Models.TensorFlow;
using Google.Protobuf;

namespace ElasticSynapse.Serving.Models;

/// <summary>The index of a TensorFlow V2 checkpoint: <c>P.index</c>, which says what lies where in <c>P.data-…</c>.</summary>
/// <remarks>TensorFlow's <c>util/tensor_bundle</c> defines the format.</remarks>
internal sealed class BundleIndex : IDisposable
{
    private const int ReadableVersion = 1;
    private const int MostShards = 10_000;
    private const byte SliceKeyStart = 0; // no name starts with it

    private readonly string _prefix;
    private readonly int _shardCount;
    private readonly Dictionary<int, MappedFile> _shards = [];

    private BundleIndex(string prefix, int shardCount)
    {
        _prefix = prefix;
        _shardCount = shardCount;
    }

    public string FullPath => _prefix + ".index";

    /// <summary>By name; slices of partitioned variables are in <see cref="Slices"/>.</summary>
    public Dictionary<string, BundleEntry> Entries { get; } = new(StringComparer.Ordinal);

    /// <summary>The entries of a model's variables, which have tensors: no strings, and nothing of an optimizer.</summary>
    public IEnumerable<BundleEntry> Variables =>
        Entries.Values.Where(entry => entry.Tensor is { } tensor && !TensorFlowVariables.IsOptimizerState(tensor.Name));

    /// <summary>By <see cref="SliceKey"/>, each byte as one character.</summary>
    public Dictionary<string, BundleEntry> Slices { get; } = new(StringComparer.Ordinal);

    /// <summary>The shards that hold something.</summary>
    public IReadOnlyDictionary<int, MappedFile> Shards => _shards;

    /// <param name="prefix">Path of the index without <c>.index</c>.</param>
    /// <exception cref="CheckpointException">The index is broken, or contradicts the shards.</exception>
    public static BundleIndex Open(string prefix)
    {
        using var file = MappedFile.Open(prefix + ".index", "index of a TensorFlow checkpoint");
        BundleIndex? index = null;
        try
        {
            foreach (var (key, value) in TableFile.Read(file))
            {
                if (index is null)
                    index = new BundleIndex(prefix, ReadHeader(file.Path, key, value));
                else
                    index.Add(key, value);
            }
            index?.RefuseOverlaps();
            return index ?? throw Refusal.Of(file.Path, "an empty table", "a header and tensors");
        }
        catch
        {
            index?.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var shard in _shards.Values)
            shard.Dispose();
    }

    private static int ReadHeader(string path, byte[] key, byte[] value)
    {
        if (key.Length > 0 || !TryParse(BundleHeaderProto.Parser, value, out var header))
            throw Refusal.Of(path, "no header", "a TensorFlow checkpoint (V2)");
        if (header.Endianness != BundleHeaderProto.Types.Endianness.Little)
            throw Refusal.Of(path, "big-endian tensors", "little-endian ones");
        if (header.Version?.MinConsumer > ReadableVersion)
            throw Refusal.Of(path, $"a format for readers from version {header.Version.MinConsumer}", $"up to {ReadableVersion}");
        return header.NumShards is >= 1 and <= MostShards and var shards
            ? shards
            : throw Refusal.Of(path, $"{header.NumShards} shards", $"1 to {MostShards}");
    }

    private void Add(byte[] key, byte[] value)
    {
        var isSlice = key is [SliceKeyStart, ..];
        var name = isSlice ? Encoding.Latin1.GetString(key) : Encoding.UTF8.GetString(key);
        if (!TryParse(BundleEntryProto.Parser, value, out var entry))
            throw Refusal.OfTensor(FullPath, name, "an entry that cannot be read", "a BundleEntryProto");
        if (!(isSlice ? Slices : Entries).TryAdd(name, Check(name, entry)))
            throw Refusal.OfTensor(FullPath, name, "the tensor twice", "each tensor once");
    }

    private BundleEntry Check(string name, BundleEntryProto entry)
    {
        if (TensorFlowTypes.Of(entry.Dtype) is not { } type)
            return new BundleEntry(null, entry.Crc32C, []);
        long[] shape = [.. entry.Shape?.Dim.Select(d => d.Size) ?? []];
        if (entry.Shape?.UnknownRank == true || TensorShape.ByteLength(shape, type) is not { } bytes)
            throw Refusal.OfTensor(FullPath, name, $"shape {Refusal.Shape(shape)}", "sizes of at least 0, below 2^63 bytes together");
        if (entry.Slices.Count > 0)
            return new BundleEntry(new StoredTensor(name, type, shape, FullPath, 0, bytes), 0, entry.Slices);
        if (entry.Size != bytes)
            throw Refusal.OfTensor(FullPath, name, $"{entry.Size} bytes", $"{bytes}, which {type.Name()} {Refusal.Shape(shape)} takes");
        var shard = Shard(name, entry.ShardId);
        if (entry.Offset < 0 || entry.Offset > shard.Length || bytes > shard.Length - entry.Offset)
            throw Refusal.OfTensor(FullPath, name, $"{bytes} bytes at {entry.Offset} of {Path.GetFileName(shard.Path)}",
                $"places within its {shard.Length} bytes");
        return new BundleEntry(new StoredTensor(name, type, shape, shard.Path, entry.Offset, bytes), entry.Crc32C, []);
    }

    // A shard that nothing refers to may be missing.
    private MappedFile Shard(string name, int shard)
    {
        if (shard < 0 || shard >= _shardCount)
            throw Refusal.OfTensor(FullPath, name, $"shard {shard}", $"0 to {_shardCount - 1}");
        if (_shards.TryGetValue(shard, out var file))
            return file;
        var path = string.Create(CultureInfo.InvariantCulture, $"{_prefix}.data-{shard:D5}-of-{_shardCount:D5}");
        if (!File.Exists(path))
            throw Refusal.Of(FullPath, $"shard {Path.GetFileName(path)} missing", "every shard that the index names");
        return _shards[shard] = MappedFile.Open(path, "shard of a TensorFlow checkpoint");
    }

    // Checksums would not notice two names for one place, and a small file could claim to be a large model.
    private void RefuseOverlaps()
    {
        var stored = Entries.Values.Concat(Slices.Values).Where(e => e.Slices.Count == 0 && e.Tensor is { ByteLength: > 0 }).Select(e => e.Tensor!);
        foreach (var shard in stored.GroupBy(t => t.File, StringComparer.Ordinal))
        {
            long end = 0;
            foreach (var tensor in shard.OrderBy(t => t.Offset))
            {
                if (tensor.Offset < end)
                    throw Refusal.OfTensor(FullPath, tensor.Name, $"an overlap: begins at {tensor.Offset}", $"{end}, where another tensor ends");
                end = tensor.Offset + tensor.ByteLength;
            }
        }
    }

    private static bool TryParse<T>(MessageParser<T> parser, byte[] value, out T message) where T : IMessage<T>, new()
    {
        try
        {
            message = parser.ParseFrom(value);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            message = new T();
            return false;
        }
    }
}
