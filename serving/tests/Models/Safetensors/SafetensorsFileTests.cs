using System.Text;
using ElasticSynapse.Serving.Models;
using FsCheck.Fluent;

namespace ElasticSynapse.Serving.Tests.Models;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_AnyValidTensors_ReadBackEqual()
    {
        string[] names = ["", "weight", "h.0.attn.bias", "\n", "\"", "ключ", "\U0001F600", "__meta"];
        var tensor =
            from name in Gen.Elements(names)
            from type in Gen.Elements(Enum.GetValues<TensorType>())
            from rank in Gen.Choose(0, 3)
            from shape in Gen.Choose(0, 4).ArrayOf(rank)
            from bytes in Gen.Choose(0, 255).ArrayOf(shape.Aggregate(type.Size(), (a, b) => a * b))
            select new TestTensor(name, type, [.. shape.Select(d => (long)d)], [.. bytes.Select(b => (byte)b)]);
        var tensors = tensor.ListOf().Select(list => list.Select((t, i) => t with { Name = $"{t.Name}{i}" }).ToList());

        SeededCheck.ForAll(tensors, written =>
        {
            var read = TestTensor.ReadFile(_folder.Write("model.safetensors", TestTensor.Write(written)));
            return read.Count == written.Count && written.Zip(read).All(pair => pair.First.SameAs(pair.Second));
        });
    }

    [Fact]
    public void Open_FixtureCutAtAnyLength_Refused()
    {
        var whole = File.ReadAllBytes(Path.Combine(Gpt2Golden.Folder, "model.safetensors"));
        var headerEnd = 8 + BitConverter.ToInt32(whole);
        var lengths = Enumerable.Range(0, 32)
            .Concat(Enumerable.Range(headerEnd - 16, 32))
            .Concat(Enumerable.Range(whole.Length - 8, 8))
            .Concat(Enumerable.Range(1, 199).Select(i => (int)((long)whole.Length * i / 200)));
        foreach (var length in lengths)
        {
            var path = _folder.Write("model.safetensors", whole.AsSpan(0, length));
            var error = Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path));
            Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Open_FixtureWithBytesAppended_Refused()
    {
        var path = _folder.Write("model.safetensors", [.. File.ReadAllBytes(Path.Combine(Gpt2Golden.Folder, "model.safetensors")), 0]);
        Assert.Contains("where the last tensor ends", Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoSuchFile_Refused() =>
        Assert.Contains("an unreadable file", Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(_folder.File("absent"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Bytes_BeyondTwoGigabytes_Read()
    {
        const long Elements = 700_000_000; // F32: 2.8 GB, sparse on disk
        const long End = 4 * Elements;
        var header = Encoding.UTF8.GetBytes($$$"""
            {"large":{"dtype":"F32","shape":[{{{Elements}}}],"data_offsets":[0,{{{End}}}]},"last":{"dtype":"U8","shape":[3],"data_offsets":[{{{End}}},{{{End + 3}}}]}}
            """);
        var path = _folder.File("model.safetensors");
        using (var stream = File.Create(path))
        {
            stream.Write(BitConverter.GetBytes((ulong)header.Length));
            stream.Write(header);
            stream.Position += End - 4;
            stream.Write([4, 5, 6, 7, 1, 2, 3]);
        }
        using var file = SafetensorsFile.Open(path);
        Assert.Equal([4, 5, 6, 7], file.Bytes(file.Tensors["large"], End - 4, 4).ToArray());
        Assert.Equal([1, 2, 3], file.Bytes(file.Tensors["last"], 0, 3).ToArray());
    }

    [Theory]
    [InlineData(0, 9)]
    [InlineData(8, 1)]
    [InlineData(-1, 1)]
    [InlineData(long.MaxValue, 1)]
    [InlineData(0, -1)]
    public void Bytes_OutsideTheTensor_Throws(long start, int length)
    {
        using var file = SafetensorsFile.Open(_folder.Write("model.safetensors", TestTensor.Write([new("a", TensorType.F32, [2], new byte[8])])));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Bytes(file.Tensors["a"], start, length).Length);
    }

    [Fact]
    public void Bytes_AfterDispose_Throws()
    {
        var file = SafetensorsFile.Open(_folder.Write("model.safetensors", TestTensor.Write([new("a", TensorType.F32, [2], new byte[8])])));
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Bytes(file.Tensors["a"], 0, 8).Length);
    }
}
