using System.Globalization;
using System.Text;
using ElasticSynapse.Serving.Models;
using ElasticSynapse.Serving.Models.TensorFlow;
using Google.Protobuf;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Writes TensorFlow bundles, true or not.</summary>
internal sealed class BundleWriter(int shards = 1)
{
    private readonly List<KeyValuePair<byte[], byte[]>> _entries = [];
    private readonly List<byte>[] _data = [.. Enumerable.Range(0, shards).Select(_ => new List<byte>())];

    public BundleHeaderProto Header { get; } = new() { NumShards = shards, Version = new VersionDef { Producer = 1 } };

    /// <summary>Adds a tensor.</summary>
    /// <param name="lie">Changes the entry before it is written.</param>
    public BundleWriter Add(TestTensor tensor, int shard = 0, Action<BundleEntryProto>? lie = null) =>
        Add(Encoding.UTF8.GetBytes(tensor.Name), tensor, shard, lie);

    /// <summary>Adds a float matrix in slices of rows [0, 1), [1, 3) ... as a partitioner cuts it.</summary>
    public BundleWriter AddRows(TestTensor tensor, params int[] rowsOfSlices)
    {
        var whole = Entry(tensor);
        var rowBytes = tensor.Bytes.Length / (int)tensor.Shape[0];
        var row = 0;
        foreach (var rows in rowsOfSlices)
        {
            var slice = new TensorSliceProto { Extent = { new TensorSliceProto.Types.Extent { Start = row, Length = rows } } };
            slice.Extent.AddRange(tensor.Shape.Skip(1).Select(_ => new TensorSliceProto.Types.Extent()));
            whole.Slices.Add(slice);
            var part = tensor with { Shape = [rows, .. tensor.Shape[1..]], Bytes = tensor.Bytes[(row * rowBytes)..((row + rows) * rowBytes)] };
            Add(SliceKey.Encode(tensor.Name, slice), part, 0, null);
            row += rows;
        }
        _entries.Add(new(Encoding.UTF8.GetBytes(tensor.Name), whole.ToByteArray()));
        return this;
    }

    /// <summary>An entry as it stands.</summary>
    public BundleWriter Add(byte[] key, byte[] value)
    {
        _entries.Add(new(key, value));
        return this;
    }

    /// <summary>Adds what a slice's key says of it.</summary>
    public BundleWriter Add(byte[] key, TestTensor tensor, int shard, Action<BundleEntryProto>? lie)
    {
        var entry = Entry(tensor);
        entry.ShardId = shard;
        entry.Offset = _data[shard].Count;
        entry.Size = tensor.Bytes.Length;
        entry.Crc32C = Crc32C.Mask(Crc32C.Append(0, tensor.Bytes));
        lie?.Invoke(entry);
        _data[shard].AddRange(tensor.Bytes);
        _entries.Add(new(key, entry.ToByteArray()));
        return this;
    }

    /// <returns>The prefix.</returns>
    public string Write(TemporaryFolder folder, string name = "model.ckpt", int entriesPerBlock = int.MaxValue, bool snappy = false)
    {
        var entries = _entries.Prepend(new([], Header.ToByteArray())).OrderBy(e => Convert.ToHexString(e.Key), StringComparer.Ordinal);
        folder.Write($"{name}.index", TableWriter.Write(entries, entriesPerBlock, snappy));
        for (var shard = 0; shard < _data.Length; shard++)
            folder.Write(string.Create(CultureInfo.InvariantCulture, $"{name}.data-{shard:D5}-of-{_data.Length:D5}"), [.. _data[shard]]);
        return folder.File(name);
    }

    private static BundleEntryProto Entry(TestTensor tensor)
    {
        var entry = new BundleEntryProto
        {
            Dtype = tensor.Type switch { TensorType.F32 => 1, TensorType.I64 => 9, TensorType.BF16 => 14, TensorType.F16 => 19, _ => 4 },
            Shape = new TensorShapeProto(),
        };
        entry.Shape.Dim.AddRange(tensor.Shape.Select(size => new TensorShapeProto.Types.Dim { Size = size }));
        return entry;
    }
}
