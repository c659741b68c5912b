using System.Runtime.InteropServices;
using ElasticSynapse.Serving.Models;
using ElasticSynapse.Serving.Models.TensorFlow;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>What the genuine bundles do not cover, and bundles that lie or are damaged.</summary>
public sealed class TensorBundleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(1, 3, true)]
    [InlineData(3, 5, false)]
    [InlineData(2, 1000, true)]
    public void Open_BlocksAndShards_EveryTensor(int shards, int entriesPerBlock, bool snappy)
    {
        var writer = new BundleWriter(shards);
        TestTensor[] tensors = [.. Enumerable.Range(0, 40).Select(i => new TestTensor($"model/h{i}/w", (i % 3) switch { 0 => TensorType.F32, 1 => TensorType.BF16, _ => TensorType.F16 },
            [2, 3], [.. Enumerable.Range(0, 6 * (i % 3 == 0 ? 4 : 2)).Select(b => (byte)(b + i))]))];
        for (var i = 0; i < tensors.Length; i++)
            writer.Add(tensors[i], i % shards);
        using var source = TensorBundle.Open(writer.Write(_folder, entriesPerBlock: entriesPerBlock, snappy: snappy));
        var read = TestTensor.ReadAll(source).ToDictionary(t => t.Name);
        Assert.Equal(tensors.Length, read.Count);
        Assert.All(tensors, tensor => Assert.True(tensor.SameAs(read[tensor.Name]), tensor.Name));
    }

    [Fact]
    public void Open_PartitionedVariable_JoinedAndThenTransposed()
    {
        using var source = TensorBundle.Open(new BundleWriter()
            .AddRows(Floats("bert/embeddings/word_embeddings", [5, 2]), 1, 2, 2)
            .AddRows(Floats("bert/pooler/dense/kernel", [3, 2]), 2, 1).Write(_folder));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], Values(source, "bert/embeddings/word_embeddings"));
        Assert.Equal([2, 3], source.Tensors["bert/pooler/dense/kernel"].Shape);
        Assert.Equal([0, 2, 4, 1, 3, 5], Values(source, "bert/pooler/dense/kernel"));
    }

    [Fact]
    public void Open_ColumnsPartitioned_Joined()
    {
        var writer = new BundleWriter();
        var whole = new BundleEntryProto { Dtype = 1, Shape = new() { Dim = { new TensorShapeProto.Types.Dim { Size = 2 }, new TensorShapeProto.Types.Dim { Size = 3 } } } };
        foreach (var (start, length) in new[] { (0, 1), (1, 2) })
        {
            var slice = new TensorSliceProto { Extent = { new TensorSliceProto.Types.Extent(), new TensorSliceProto.Types.Extent { Start = start, Length = length } } };
            whole.Slices.Add(slice);
            writer.Add(SliceKey.Encode("v", slice), Floats("v", [2, length]), 0, null);
        }
        writer.Add("v"u8.ToArray(), Google.Protobuf.MessageExtensions.ToByteArray(whole));
        using var source = TensorBundle.Open(writer.Write(_folder));
        Assert.Equal([0, 0, 1, 1, 2, 3], Values(source, "v"));
    }

    [Theory]
    [InlineData("missing", "slice 1 missing")]
    [InlineData("short", "slices of 16 bytes together; accepted: 24")]
    [InlineData("twice", "slices with a hole or an overlap")]
    [InlineData("outside", "slice 0 of F32 [4,2] at [0,0]; accepted: boxes of F32 [3,2]")]
    public void Open_SlicesThatDoNotFill_Refused(string lie, string expected)
    {

        var slices = new[] { (0, lie == "outside" ? 4 : 1), lie == "twice" ? (0, 2) : (1, lie == "short" ? 1 : 2) };
        var writer = new BundleWriter();
        var whole = new BundleEntryProto { Dtype = 1, Shape = new() { Dim = { new TensorShapeProto.Types.Dim { Size = 3 }, new TensorShapeProto.Types.Dim { Size = 2 } } } };
        foreach (var (start, length) in slices)
        {
            var slice = new TensorSliceProto { Extent = { new TensorSliceProto.Types.Extent { Start = start, Length = length }, new TensorSliceProto.Types.Extent() } };
            whole.Slices.Add(slice);
            if (lie != "missing" || start == 0)
                writer.Add(SliceKey.Encode("v", slice), Floats("v", [length, 2]), 0, null);
        }
        writer.Add("v"u8.ToArray(), Google.Protobuf.MessageExtensions.ToByteArray(whole));
        Assert.Contains(expected, Refused(writer.Write(_folder)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public void Open_OffsetOutsideTheShard_Refused(long offset) =>
        Assert.Contains("places within its 16 bytes", Refused(new BundleWriter().Add(Floats("w", [4]), lie: e => e.Offset = offset).Write(_folder)), StringComparison.Ordinal);

    [Fact]
    public void Open_EntryThatContradictsItself_Refused()
    {
        string Lie(Action<BundleEntryProto> lie) => Refused(new BundleWriter().Add(Floats("w", [4]), lie: lie).Write(_folder));
        Assert.Contains("12 bytes; accepted: 16, which F32 [4] takes", Lie(e => e.Size = 12), StringComparison.Ordinal);
        Assert.Contains("shape [-4]", Lie(e => e.Shape.Dim[0].Size = -4), StringComparison.Ordinal);
        Assert.Contains("below 2^63 bytes together", Lie(e => e.Shape.Dim.AddRange([new() { Size = long.MaxValue }, new() { Size = 3 }])), StringComparison.Ordinal);
        Assert.Contains("below 2^63 bytes together", Lie(e => e.Shape.UnknownRank = true), StringComparison.Ordinal);
        Assert.Contains("shard 1; accepted: 0 to 0", Lie(e => e.ShardId = 1), StringComparison.Ordinal);
        Assert.Contains("tensor \"w\": found a wrong checksum of its 16 bytes at 0 of model.ckpt.data-00000-of-00001", Lie(e => e.Crc32C++), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_HeaderOfAnotherWorld_Refused()
    {
        string Header(Action<BundleHeaderProto> lie)
        {
            var writer = new BundleWriter();
            lie(writer.Header);
            return Refused(writer.Write(_folder));
        }
        Assert.Contains("big-endian tensors", Header(h => h.Endianness = BundleHeaderProto.Types.Endianness.Big), StringComparison.Ordinal);
        Assert.Contains("a format for readers from version 2", Header(h => h.Version.MinConsumer = 2), StringComparison.Ordinal);
        Assert.Contains("-1 shards", Header(h => h.NumShards = -1), StringComparison.Ordinal);
        _folder.Write("empty.index", TableWriter.Write([]));
        Assert.Contains("an empty table", Refused(_folder.File("empty")), StringComparison.Ordinal);
        _folder.Write("headless.index", TableWriter.Write([new("w"u8.ToArray(), [])]));
        Assert.Contains("no header", Refused(_folder.File("headless")), StringComparison.Ordinal);
        Assert.Contains("an entry that cannot be read", Refused(new BundleWriter().Add("w"u8.ToArray(), [0xFF]).Write(_folder)), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TwoTensorsInOnePlace_Refused() =>
        Assert.Contains("an overlap: begins at 8", Refused(new BundleWriter().Add(Floats("a", [4])).Add(Floats("b", [4]), lie: e => e.Offset = 8).Write(_folder)), StringComparison.Ordinal);

    [Fact]
    public void Open_ShardMissing_NamesIt()
    {
        var prefix = new BundleWriter(2).Add(Floats("a", [4])).Add(Floats("b", [4]), shard: 1).Write(_folder);
        File.Delete(prefix + ".data-00001-of-00002");
        Assert.Contains("shard model.ckpt.data-00001-of-00002 missing", Refused(prefix), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ShardThatNothingNeedsMissing_Opens()
    {
        var prefix = new BundleWriter(2).Add(Floats("a", [4]), shard: 1).Write(_folder);
        File.Delete(prefix + ".data-00000-of-00002");
        using var source = TensorBundle.Open(prefix);
        Assert.Equal([0, 1, 2, 3], Values(source, "a"));
    }

    [Fact]
    public void Open_CutAtEveryPercent_Refused()
    {
        foreach (var file in new[] { "model-1000.index", "model-1000.data-00000-of-00001" })
        {
            var prefix = CopyGpt2();
            var whole = File.ReadAllBytes(_folder.File(file));
            for (var percent = 0; percent < 100; percent++)
            {
                _folder.Write(file, whole.AsSpan(0, (int)((long)whole.Length * percent / 100)));
                Refused(prefix);
            }
        }
    }

    [Fact]
    public void Open_AnyFlippedBitInTheIndex_Refused()
    {
        var prefix = CopyGpt2();
        var whole = File.ReadAllBytes(prefix + ".index");
        for (var place = 0; place < whole.Length; place++)
        {
            byte[] flipped = [.. whole];
            flipped[place] ^= (byte)(1 << place % 8);
            _folder.Write("model-1000.index", flipped);
            Refused(prefix);
        }
    }

    [Fact]
    public void Open_FlippedBitInAnyTensor_ChecksumNamesIt()
    {
        var prefix = CopyGpt2();
        var data = File.ReadAllBytes(prefix + ".data-00000-of-00001");
        using var index = BundleIndex.Open(prefix);
        foreach (var tensor in index.Entries.Values.Select(e => e.Tensor!).Where(t => !TensorFlowVariables.IsOptimizerState(t.Name)))
        {
            var place = tensor.Offset + tensor.ByteLength / 2;
            data[place] ^= 16;
            _folder.Write("model-1000.data-00000-of-00001", data);
            Assert.Contains($"tensor \"{tensor.Name}\": found a wrong checksum", Refused(prefix), StringComparison.Ordinal);
            data[place] ^= 16;
        }
    }

    private static TestTensor Floats(string name, long[] shape)
    {
        var values = Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(i => (float)i).ToArray();
        return new TestTensor(name, TensorType.F32, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
    }

    private static float[] Values(ITensorSource source, string name)
    {
        var tensor = source.Tensors[name];
        return [.. MemoryMarshal.Cast<byte, float>(source.Bytes(tensor, 0, (int)tensor.ByteLength))];
    }

    private string CopyGpt2()
    {
        foreach (var file in Directory.GetFiles(RepositoryFiles.Data("huggingface", "tf-gpt2", "checkpoint", "run1"), "model-1000.*"))
            File.Copy(file, _folder.File(Path.GetFileName(file)), overwrite: true);
        return _folder.File("model-1000");
    }

    private static string Refused(string prefix)
    {
        var message = Assert.Throws<CheckpointException>(() => TensorBundle.Open(prefix)).Message;
        Assert.StartsWith(prefix, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
