using System.Runtime.InteropServices;
using ElasticSynapse.Serving.Models;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>The reader of the form that torch.save wrote before PyTorch 1.6, against files of torch.save, and against files that lie.</summary>
public sealed class PyTorchStreamTests : IDisposable
{
    private const string Torch113 = "torch-1.13.pt", Torch214 = "torch-2.14.pt";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Torch113)]
    [InlineData(Torch214)]
    public void Open_GenuineFile_EveryTensor(string file)
    {
        using var source = PyTorchFile.Open(Genuine(file));
        string[] read = [.. source.Tensors.Values.Select(t => $"{t.Name} {t.Type.Name()} [{string.Join(',', t.Shape)}]").Order(StringComparer.Ordinal)];
        Assert.Equal(
            ["bfloat BF16 [2,1]", "bool BOOL [3]", "byte U8 [1]", "empty F32 [0,3]", "float F32 [2,3,4]", "half F16 [3]", "long I64 [2,2]",
                "parameter F32 [2]", "part F32 [4]", "scalar F64 []", "transposed F32 [4,2,3]"], read);
        Assert.Equal([1, 0, 1], TestTensor.Values<byte>(source, "bool"));
        Assert.Equal([7], TestTensor.Values<byte>(source, "byte"));
        Assert.Equal(Enumerable.Range(0, 24).Select(i => (float)i), TestTensor.Values<float>(source, "float"));
        Assert.Equal([5f, 6, 7, 8], TestTensor.Values<float>(source, "part"));
        Assert.Equal(from k in Enumerable.Range(0, 4) from i in Enumerable.Range(0, 2) from j in Enumerable.Range(0, 3) select (float)(i * 12 + j * 4 + k),
            TestTensor.Values<float>(source, "transposed"));
        Assert.Equal([(Half)1.5, (Half)(-2), Half.MaxValue], TestTensor.Values<Half>(source, "half"));
        Assert.Equal([0x3FC0, 0xC000], TestTensor.Values<ushort>(source, "bfloat").Select(b => (int)b));
        Assert.Equal([1, -2, 3, 1L << 40], TestTensor.Values<long>(source, "long"));
        Assert.Equal([2.5], TestTensor.Values<double>(source, "scalar"));
        Assert.Equal([0.25f, 0.5f], TestTensor.Values<float>(source, "parameter"));
        Assert.Empty(TestTensor.Values<float>(source, "empty"));
    }

    [Fact]
    public void Open_StateDictOfHuggingFace_TensorsOfItsSafetensors()
    {
        var expected = TestTensor.ReadFile(RepositoryFiles.Data("huggingface", "gpt2", "model.safetensors"));
        using var source = PyTorchFile.Open(RepositoryFiles.Data("huggingface", "pytorch-legacy-gpt2", "pytorch_model.bin"));
        var read = TestTensor.ReadAll(source).ToDictionary(t => t.Name);
        Assert.All(expected, tensor => Assert.True(tensor.SameAs(read[tensor.Name]), tensor.Name));
    }

    // As PyTorch wrote before 0.4: an id ("storage", class, key, device, elements of all, (key of the part, first element, elements)).
    [Fact]
    public void Open_ViewOfAStorage_ItsPart()
    {
        using var source = _folder.Open(new TorchStream().Write(View(first: 2, count: 3, size: 2, offset: 1), ("all", 6, Floats(0, 1, 2, 3, 4, 5))));
        Assert.Equal([3f, 4f], TestTensor.Values<float>(source, "w"));
    }

    [Theory]
    [InlineData(5, 2, 1, 0, "a persistent id that is no storage")] // beyond the whole
    [InlineData(2, 3, 3, 1, "a view of its storage's 3 elements")] // beyond the part, within the whole
    [InlineData(long.MaxValue, 1, 1, 0, "a persistent id that is no storage")]
    [InlineData(2, -1, 1, 0, "a persistent id that is no storage")]
    public void Open_ViewThatDoesNotFit_Refused(long first, long count, long size, long offset, string expected) => Assert.Contains(expected,
        _folder.Refused(new TorchStream().Write(View(first, count, size, offset), ("all", 6, Floats(0, 1, 2, 3, 4, 5)))), StringComparison.Ordinal);

    [Fact]
    public void Open_ProtocolFour_Read()
    {
        var file = new TorchStream().Write(One, ("0", 2, Floats(1, 2)));
        byte[] framed = [0x80, 4, 0x95, 13, 0, 0, 0, 0, 0, 0, 0, .. file[2..]];
        using var source = _folder.Open(framed);
        Assert.Equal([1f, 2f], TestTensor.Values<float>(source, "w"));
    }

    public static TheoryData<string, string> Lies => new()
    {
        { "version", "version 1002 of the legacy format; accepted: 1001" },
        { "big-endian", "big-endian tensors" },
        { "unknown storage", "a storage \"1\" that no tensor has" },
        { "storage left out", "no storage \"0\"" },
        { "storage twice", "storage \"0\" twice" },
        { "count", "3 elements in storage \"0\", which has 2" },
        { "negative count", "-1 elements in storage \"0\", which has 2" },
        { "short", "storage \"0\" of 2 elements in 4 bytes" },
        { "long", "storage \"0\" of 9223372036854775807 elements in 8 bytes" },
        { "no list", "no list of storages" },
        { "os.system", "the global \"os.system\"" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void Open_FileThatLies_Refused(string lie, string expected)
    {
        var floats = Floats(1, 2);
        var file = lie switch
        {
            "version" => new TorchStream { Version = 1002 }.Write(One, ("0", 2, floats)),
            "big-endian" => new TorchStream { IsLittleEndian = false }.Write(One, ("0", 2, floats)),
            "unknown storage" => new TorchStream { Keys = ["0", "1"] }.Write(One, ("0", 2, floats), ("1", 2, floats)),
            "storage left out" => new TorchStream().Write(One),
            "storage twice" => new TorchStream().Write(One, ("0", 2, floats), ("0", 2, floats)),
            "count" => new TorchStream().Write(One, ("0", 3, floats)),
            "negative count" => new TorchStream().Write(One, ("0", -1, floats)),
            "short" => new TorchStream().Write(One, ("0", 2, floats[..4])),
            "long" => new TorchStream().Write(Tensor(long.MaxValue), ("0", long.MaxValue, floats)),
            "no list" => [.. new TorchStream().Write(One)[..^4], (byte)'N', (byte)'.'],
            _ => new TorchStream().Write(new PickleWriter().Global("os", "system").Text("id").Raw(0x85).Op('R').ToBytes()),
        };
        Assert.Contains(expected, _folder.Refused(file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Torch113)]
    [InlineData(Torch214)]
    public void Open_GenuineFileCutAnywhere_Refused(string file)
    {
        var whole = File.ReadAllBytes(Genuine(file));
        for (var length = 0; length < whole.Length; length++)
            _folder.Refused(whole[..length]);
    }

    [Fact]
    public void Open_FlippedBitInAnyByte_RefusedOrTensorsWithinTheFile()
    {
        var whole = File.ReadAllBytes(Genuine(Torch113));
        for (var place = 0; place < whole.Length; place++)
        {
            byte[] flipped = [.. whole];
            flipped[place] ^= (byte)(1 << place % 8);
            try
            {
                using var source = _folder.Open(flipped);
                Assert.All(TestTensor.ReadAll(source), tensor => Assert.Equal(TensorShape.ByteLength(tensor.Shape, tensor.Type), tensor.Bytes.Length));
            }
            catch (CheckpointException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }
    }

    private static byte[] One => Tensor(2);

    private static byte[] Tensor(long elements) => PickleWriter.Dictionary("w", p => p.Tensor("FloatStorage", "0", elements, 0, [2], [1]));

    private static byte[] View(long first, long count, long size, long offset) => PickleWriter.Dictionary("w", p => p
        .Global("torch._utils", "_rebuild_tensor").Op('(')
        .Op('(').Text("storage").Global("torch", "FloatStorage").Text("all").Text("cpu").Int(6)
        .Op('(').Text("part").Int(first).Int(count).Op('t').Op('t').Op('Q')
        .Int(offset).Tuple(size).Tuple(1).Op('t').Op('R'));

    private static byte[] Floats(params float[] values) => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    private static string Genuine(string file) => RepositoryFiles.Data("pytorch-legacy", file);
}
