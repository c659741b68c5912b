using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>A fixture checkpoint in a folder of its own, changed in one respect.</summary>
internal sealed class FixtureCopy : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FixtureCopy(string fixture)
    {
        foreach (var file in Directory.GetFiles(fixture, "*config.json"))
            File.Copy(file, _folder.File(Path.GetFileName(file)));
        Tensors = TestTensor.ReadFile(Path.Combine(fixture, "model.safetensors"));
    }

    public string FullPath => _folder.FullPath;

    public IReadOnlyList<TestTensor> Tensors { get; private set; }

    public FixtureCopy Change(Func<TestTensor, TestTensor> change)
    {
        Tensors = [.. Tensors.Select(change)];
        return this;
    }

    public FixtureCopy Without(params string[] names)
    {
        Tensors = [.. Tensors.Where(t => !names.Contains(t.Name))];
        return this;
    }

    public FixtureCopy With(params TestTensor[] tensors)
    {
        Tensors = [.. tensors, .. Tensors];
        return this;
    }

    public FixtureCopy Configure(string member, JsonNode? value)
    {
        var config = JsonNode.Parse(File.ReadAllText(_folder.File("config.json")))!.AsObject();
        config[member] = value;
        _folder.Write("config.json", config.ToJsonString());
        return this;
    }

    /// <summary>Writes model.safetensors.</summary>
    public FixtureCopy Save(int headerRemainder = 0)
    {
        _folder.Write("model.safetensors", TestTensor.Write(Tensors, headerRemainder));
        return this;
    }

    /// <summary>Writes shards, the tensors dealt out in turn, and their index.</summary>
    public FixtureCopy SaveShards(int shards)
    {
        var map = new Dictionary<string, string>();
        foreach (var group in Tensors.Select((t, i) => (t, i)).GroupBy(p => p.i % shards, p => p.t))
        {
            var name = $"model-{group.Key + 1:D5}-of-{shards:D5}.safetensors";
            _folder.Write(name, TestTensor.Write(group));
            foreach (var tensor in group)
                map.Add(tensor.Name, name);
        }
        _folder.Write("model.safetensors.index.json", JsonSerializer.Serialize(new { metadata = new { total_size = 0 }, weight_map = map }));
        return this;
    }

    public static TestTensor ToF16(TestTensor tensor) => Convert(tensor, TensorType.F16, x => (Half)x);

    public static TestTensor ToF64(TestTensor tensor) => Convert(tensor, TensorType.F64, x => (double)x);

    /// <summary>Upper half of each float: rounds toward zero.</summary>
    public static TestTensor ToBF16(TestTensor tensor) =>
        Convert(tensor, TensorType.BF16, x => (ushort)(BitConverter.SingleToUInt32Bits(x) >> 16));

    public void Dispose() => _folder.Dispose();

    private static TestTensor Convert<T>(TestTensor tensor, TensorType type, Func<float, T> convert) where T : unmanaged
    {
        T[] values = [.. MemoryMarshal.Cast<byte, float>(tensor.Bytes.AsSpan()).ToArray().Select(convert)];
        return tensor with { Type = type, Bytes = MemoryMarshal.AsBytes(values.AsSpan()).ToArray() };
    }
}
