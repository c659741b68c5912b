using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

public sealed class TensorShardsTests : IDisposable
{
    private const string First = "model-00001-of-00002.safetensors";
    private const string Second = "model-00002-of-00002.safetensors";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_TwoShards_TensorsOfBoth()
    {
        WriteShards();
        using var shards = Open($$$"""{"metadata":{"total_size":3},"weight_map":{"a":"{{{First}}}","b":"{{{Second}}}"}}""");
        Assert.Equal([1], shards.Bytes(shards.Tensors["a"], 0, 1).ToArray());
        Assert.Equal([2, 3], shards.Bytes(shards.Tensors["b"], 0, 2).ToArray());
        Assert.Equal(_folder.File(Second), shards.Tensors["b"].File);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00003-of-00003.safetensors"}}""", "shard model-00003-of-00003.safetensors missing")]
    [InlineData("""{"weight_map":{"a":"../model.safetensors"}}""", "shard \"../model.safetensors\"; accepted: the name of a .safetensors file in the same folder")]
    [InlineData("""{"weight_map":{"a":"/etc/model.safetensors"}}""", "shard \"/etc/model.safetensors\"")]
    [InlineData("""{"weight_map":{"a":"..\\model.safetensors"}}""", "in the same folder")]
    [InlineData("""{"weight_map":{"a":"sub/model.safetensors"}}""", "in the same folder")]
    [InlineData("""{"weight_map":{"a":".."}}""", "in the same folder")]
    [InlineData("""{"weight_map":{"a":""}}""", "in the same folder")]
    [InlineData("""{"weight_map":{"a":7}}""", "shard \"7\"")]
    [InlineData("""{"weight_map":{"c":"model-00001-of-00002.safetensors"}}""", "tensor \"c\": found no such tensor in model-00001-of-00002.safetensors")]
    [InlineData("""{"weight_map":{"a":"model-00001-of-00002.safetensors","a":"model-00002-of-00002.safetensors"}}""", "invalid JSON")]
    [InlineData("""{"weight_map":{}}""", "an empty weight_map")]
    [InlineData("""{"weight_map":[]}""", "no weight_map")]
    [InlineData("{}", "no weight_map")]
    [InlineData("[]", "a JSON Array; accepted: a JSON object")]
    [InlineData("{", "invalid JSON")]
    [InlineData("", "invalid JSON")]
    public void Open_IndexThatContradictsTheFolder_Refused(string index, string expected)
    {
        WriteShards();
        Assert.Contains(expected, Assert.Throws<CheckpointException>(() => Open(index)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TensorInTwoShards_Refused()
    {
        _folder.Write(First, TestTensor.Write([new("a", TensorType.U8, [1], [1]), new("b", TensorType.U8, [1], [2])]));
        _folder.Write(Second, TestTensor.Write([new("b", TensorType.U8, [1], [3])]));
        var error = Assert.Throws<CheckpointException>(() => Open($$$"""{"weight_map":{"a":"{{{First}}}","b":"{{{Second}}}"}}"""));
        Assert.Contains($"tensor \"b\": found the tensor in both {First} and {Second}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TruncatedShard_RefusalNamesTheShard()
    {
        WriteShards();
        _folder.Write(Second, File.ReadAllBytes(_folder.File(Second)).AsSpan(..^1));
        var error = Assert.Throws<CheckpointException>(() => Open($$$"""{"weight_map":{"a":"{{{First}}}","b":"{{{Second}}}"}}"""));
        Assert.StartsWith(_folder.File(Second), error.Message, StringComparison.Ordinal);
    }

    private void WriteShards()
    {
        _folder.Write(First, TestTensor.Write([new("a", TensorType.U8, [1], [1])]));
        _folder.Write(Second, TestTensor.Write([new("b", TensorType.U8, [2], [2, 3])]));
    }

    private TensorShards Open(string index) => TensorShards.Open(_folder.Write("model.safetensors.index.json", index), SafetensorsFile.Extension, SafetensorsFile.Open);
}
