using System.IO.Compression;
using System.Runtime.InteropServices;
using ElasticSynapse.Serving.Models;
using ElasticSynapse.Tests;
using FsCheck.Fluent;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>The reader against files of torch.save, and against files that lie.</summary>
public sealed class PyTorchFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("test.pt")]
    [InlineData("test_with_key.pt")] // under model_state_dict
    public void Open_GenuineFile_ReadsTheTensor(string file)
    {
        using var source = PyTorchFile.Open(RepositoryFiles.Data("pytorch-zip", file));
        var tensor = Assert.Single(source.Tensors.Values);
        Assert.Equal("test", tensor.Name);
        Assert.Equal(TensorType.I64, tensor.Type);
        Assert.Equal([2, 4], tensor.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], TestTensor.Values<long>(source, "test"));
    }

    [Fact]
    public void Open_GenuineFortranOrder_RowMajor()
    {
        using var source = PyTorchFile.Open(RepositoryFiles.Data("pytorch-zip", "fortran_tensor_3d.pth"));
        Assert.Equal([2, 3, 4], source.Tensors["tensor_fortran"].Shape);
        Assert.Equal(Enumerable.Range(1, 24).Select(i => (long)i), TestTensor.Values<long>(source, "tensor_fortran"));
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("bert")]
    public void Open_StateDictOfHuggingFace_TensorsOfItsSafetensors(string family)
    {
        var expected = TestTensor.ReadFile(RepositoryFiles.Data("huggingface", family, "model.safetensors"));
        using var source = PyTorchFile.Open(RepositoryFiles.Data("huggingface", $"pytorch-{family}", "pytorch_model.bin"));
        var read = TestTensor.ReadAll(source).ToDictionary(t => t.Name);
        Assert.All(expected, tensor => Assert.True(tensor.SameAs(read[tensor.Name]), tensor.Name));
    }

    [Theory]
    [InlineData("HalfStorage", "F16", 2)]
    [InlineData("BFloat16Storage", "BF16", 2)]
    [InlineData("DoubleStorage", "F64", 8)]
    [InlineData("BoolStorage", "BOOL", 1)]
    public void Open_StorageOfAnyType_TypeAndBytes(string storage, string type, int elementBytes)
    {
        byte[] bytes = [.. Enumerable.Range(0, 6 * elementBytes).Select(i => (byte)i)];
        using var source = Open(PickleWriter.Dictionary("w", p => p.Tensor(storage, "0", 6, 2, [2, 2], [2, 1])), ("0", bytes));
        Assert.Equal(type, source.Tensors["w"].Type.Name());
        Assert.Equal(bytes[(2 * elementBytes)..], TestTensor.ReadAll(source)[0].Bytes);
    }

    [Fact]
    public void Open_AnyStridedView_ElementsAsIndexed()
    {
        var storage = Enumerable.Range(0, 4096).Select(i => (ushort)i).ToArray();
        var view =
            from rank in Gen.Choose(0, 4)
            from shape in Gen.Choose(0, 4).ArrayOf(rank)
            from order in Gen.Shuffle(Enumerable.Range(0, rank).ToArray())
            from gap in Gen.Choose(1, 3)
            from offset in Gen.Choose(0, 7)
            select (Shape: shape.Select(d => (long)d).ToArray(), Strides: Strides(shape, order, gap), Offset: (long)offset);

        SeededCheck.ForAll(view, v =>
        {
            using var source = Open(PickleWriter.Dictionary("w", p => p.Tensor("HalfStorage", "0", 4096, v.Offset, v.Shape, v.Strides)),
                ("0", MemoryMarshal.AsBytes(storage.AsSpan()).ToArray()));
            return TestTensor.Values<ushort>(source, "w").SequenceEqual(Elements(v.Shape, v.Strides, v.Offset).Select(i => (ushort)i));
        });
    }

    // torch.ones(1).expand(64)
    [Fact]
    public void Open_ExpandedTensor_RepeatedElements()
    {
        using var source = Open(PickleWriter.Dictionary("w", p => p.Tensor("HalfStorage", "0", 1, 0, [8, 4], [0, 0])), ("0", [1, 2]));
        Assert.Equal(Enumerable.Repeat((ushort)0x0201, 32), TestTensor.Values<ushort>(source, "w"));
    }

    // A causal mask expanded to every position, of which no graph has any use.
    [Theory]
    [InlineData("transformer.h.0.attn.bias")]
    [InlineData("module.bert.embeddings.position_ids")]
    public void Open_BufferLargerThanTheFile_LeftOut(string name)
    {
        using var source = Open(PickleWriter.Dictionary("w", p => p.Tensor("ByteStorage", "0", 1, 0, [1], [1]).Op('s')
            .Text(name).Tensor("ByteStorage", "0", 1, 0, [1, 1, 1024, 1024], [0, 0, 0, 0])), ("0", [1]));
        Assert.Equal(["w"], source.Tensors.Keys);
    }

    [Theory]
    [InlineData("model_state_dict")]
    [InlineData("state_dict")]
    [InlineData("state_dict", "module")]
    public void Open_TrainingCheckpointWithTensorsBesideTheStateDict_TheStateDict(params string[] wrappers)
    {
        var pickle = new PickleWriter().Op('}').Text("epoch").Int(3).Op('s').Text("rng").Tensor("ByteStorage", "0", 4, 0, [4], [1]).Op('s')
            .Text("model").Op('}').Op('s'); // a configuration, say
        foreach (var wrapper in wrappers)
            pickle.Text(wrapper).Op('}');
        pickle.Text("w").Tensor("ByteStorage", "0", 4, 0, [2], [1]).Op('s');
        foreach (var _ in wrappers)
            pickle.Op('s');
        using var source = Open(pickle.Text("step").Tensor("ByteStorage", "0", 4, 0, [1], [1]).Op('s').ToBytes(), ("0", [1, 2, 3, 4]));
        Assert.Equal(["w"], source.Tensors.Keys);
    }

    // Without a wrapper, what only is called like one is a tensor's neighbour.
    [Fact]
    public void Open_StateDictWithADictionaryOfNoTensors_ItsTensors()
    {
        var pickle = new PickleWriter().Op('}').Text("model").Op('}').Text("layers").Int(3).Op('s').Op('s').Text("w").Tensor("ByteStorage", "0", 4, 0, [4], [1]).Op('s');
        using var source = Open(pickle.ToBytes(), ("0", [1, 2, 3, 4]));
        Assert.Equal(["w"], source.Tensors.Keys);
    }

    // torch.Size((2,)) and a seed beside the tensors; a set as protocol 2 writes it.
    [Fact]
    public void Open_ValuesThatNobodyNeeds_Read()
    {
        var pickle = new PickleWriter().Op('}').Text("seed").Raw(0x8A, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9).Op('s')
            .Text("frozen").Global("__builtin__", "set").Op(']').Op('(').Text("w").Op('e').Raw(0x85).Op('R').Op('s')
            .Text("w").Global("torch._utils", "_rebuild_tensor_v2").Op('(')
            .Op('(').Text("storage").Global("torch", "ByteStorage").Text("0").Text("cpu").Int(4).Op('t').Op('Q').Int(0)
            .Global("torch", "Size").Tuple(2).Raw(0x85).Op('R').Tuple(1).Raw(0x89).Global("collections", "OrderedDict").Op(')').Op('R').Op('t').Op('R').Op('s');
        using var source = Open(pickle.ToBytes(), ("0", [1, 2, 3, 4]));
        Assert.Equal([1, 2], Assert.Single(TestTensor.ReadAll(source)).Bytes);
    }

    [Fact]
    public void Dispose_StridedTensor_LeavesNoTemporaryFile()
    {
        using var source = PyTorchFile.Open(RepositoryFiles.Data("pytorch-zip", "fortran_tensor_3d.pth"));
        var scratch = source.Tensors["tensor_fortran"].File;
        Assert.True(File.Exists(scratch));
        source.Dispose();
        Assert.False(File.Exists(scratch));
    }

    public static TheoryData<string, string> Lies => new()
    {
        { "offset -1", "a tensor with a negative or missing offset" },
        { "size -2", "a tensor with a negative or missing offset, size or stride" },
        { "beyond", "offset 0, shape [5] and strides [1]; accepted: a view of its storage's 4 elements" },
        { "offset beyond", "offset 4, shape [1] and strides [1]" },
        { "stride overflow", "strides [9223372036854775807]" },
        { "shape overflow", "sizes below 2^63 bytes together" },
        { "repeats", "a view of 16000 bytes in a file of" },
        { "ranks differ", "a tensor with a negative or missing offset, size or stride" },
        { "storage missing", "no storage \"7\"" },
        { "storage short", "a storage of 1000 elements in 16 bytes" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void Open_TensorThatDoesNotFitItsStorage_Refused(string lie, string expected)
    {
        var pickle = PickleWriter.Dictionary("w", p => lie switch
        {
            "offset -1" => p.Tensor("FloatStorage", "0", 4, -1, [1], [1]),
            "size -2" => p.Tensor("FloatStorage", "0", 4, 0, [-2], [1]),
            "beyond" => p.Tensor("FloatStorage", "0", 4, 0, [5], [1]),
            "offset beyond" => p.Tensor("FloatStorage", "0", 4, 4, [1], [1]),
            "stride overflow" => p.Tensor("FloatStorage", "0", 4, 0, [3], [long.MaxValue]),
            "shape overflow" => p.Tensor("FloatStorage", "0", 4, 0, [long.MaxValue, long.MaxValue, 4], [0, 0, 1]),
            "repeats" => p.Tensor("FloatStorage", "0", 4, 0, [1000, 4], [0, 1]),
            "ranks differ" => p.Tensor("FloatStorage", "0", 4, 0, [2, 2], [1]),
            "storage missing" => p.Tensor("FloatStorage", "7", 4, 0, [4], [1]),
            _ => p.Tensor("FloatStorage", "0", 1000, 0, [4], [1]),
        });
        Assert.Contains(expected, _folder.Refused(TorchArchive.Write(pickle, ("0", new byte[16]))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("test.pt")]
    [InlineData("fortran_tensor_3d.pth")]
    public void Open_GenuineFileCutAnywhere_Refused(string file)
    {
        var whole = File.ReadAllBytes(RepositoryFiles.Data("pytorch-zip", file));
        for (var length = 0; length < whole.Length; length++)
            _folder.Refused(whole[..length]);
    }

    [Fact]
    public void Open_StateDictCutAtEveryPercent_Refused()
    {
        var whole = File.ReadAllBytes(RepositoryFiles.Data("huggingface", "pytorch-gpt2", "pytorch_model.bin"));
        for (var percent = 0; percent < 100; percent++)
            _folder.Refused(whole[..(int)((long)whole.Length * percent / 100)]);
    }

    [Fact]
    public void Open_FlippedBitInAnyByte_RefusedOrTensorsWithinTheFile()
    {
        var whole = File.ReadAllBytes(RepositoryFiles.Data("pytorch-zip", "fortran_tensor_3d.pth"));
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

    [Fact]
    public void Open_OtherFormats_RefusedByName()
    {
        var tar = new byte[1024];
        "ustar"u8.CopyTo(tar.AsSpan(257));
        Assert.Contains("a tar file, PyTorch's format of 2017", _folder.Refused(tar), StringComparison.Ordinal);
        Assert.Contains("an empty file", _folder.Refused([]), StringComparison.Ordinal);
        Assert.Contains("a file of another form", _folder.Refused("<html>"u8.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OtherZipFiles_RefusedByName()
    {
        var pickle = PickleWriter.Dictionary("w", p => p.Tensor("FloatStorage", "0", 1, 0, [1], [1]));
        Assert.Contains("a TorchScript program", _folder.Refused(TorchArchive.WriteEntries(("m/data.pkl", pickle), ("m/constants.pkl", []))), StringComparison.Ordinal);
        Assert.Contains("big-endian tensors", _folder.Refused(TorchArchive.WriteEntries(("m/data.pkl", pickle), ("m/byteorder", "big"u8.ToArray()))), StringComparison.Ordinal);
        Assert.Contains("0 entries data.pkl", _folder.Refused(TorchArchive.WriteEntries(("word/document.xml", []))), StringComparison.Ordinal);
        Assert.Contains("2 entries data.pkl", _folder.Refused(TorchArchive.WriteEntries(("a/data.pkl", pickle), ("b/data.pkl", pickle))), StringComparison.Ordinal);
        var large = TorchArchive.WriteEntries(CompressionLevel.SmallestSize, ("m/data.pkl", new byte[10_000]));
        Assert.Contains("entry \"m/data.pkl\" compressed or encrypted", _folder.Refused(large), StringComparison.Ordinal);
        Assert.Contains("no tensors by name", _folder.Refused(TorchArchive.Write(new PickleWriter().Op('}').ToBytes())), StringComparison.Ordinal);
    }

    // Dimensions laid out in any order, the innermost with a gap.
    private static long[] Strides(int[] shape, int[] order, int gap)
    {
        var strides = new long[shape.Length];
        long next = gap;
        foreach (var dimension in order)
        {
            strides[dimension] = next;
            next *= Math.Max(1, shape[dimension]);
        }
        return strides;
    }

    private static IEnumerable<long> Elements(long[] shape, long[] strides, long offset) => shape.Length == 0
        ? [offset]
        : Enumerable.Range(0, (int)shape[0]).SelectMany(i => Elements(shape[1..], strides[1..], offset + i * strides[0]));

    private ITensorSource Open(byte[] pickle, params (string Key, byte[] Bytes)[] storages) =>
        _folder.Open(TorchArchive.Write(pickle, storages));
}
