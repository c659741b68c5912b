using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>A tensor in memory, and the writer that the reader is tested against.</summary>
internal sealed record TestTensor(string Name, TensorType Type, long[] Shape, byte[] Bytes)
{
    /// <summary>A valid file. A header whose length is a multiple of 8 aligns the tensors, as writers since 2023 do.</summary>
    public static byte[] Write(IEnumerable<TestTensor> tensors, int headerRemainder = 0)
    {
        var header = new Dictionary<string, object> { ["__metadata__"] = new Dictionary<string, string> { ["format"] = "pt" } };
        var data = new MemoryStream();
        foreach (var tensor in tensors)
        {
            var begin = data.Length;
            data.Write(tensor.Bytes);
            header.Add(tensor.Name, new { dtype = tensor.Type.Name(), shape = tensor.Shape, data_offsets = new[] { begin, data.Length } });
        }
        var json = JsonSerializer.Serialize(header);
        while (Encoding.UTF8.GetByteCount(json) % 8 != headerRemainder)
            json += " ";
        return [.. WithHeader(json, 0), .. data.ToArray()];
    }

    /// <summary>Any header, true or not, with so many zero bytes after it.</summary>
    public static byte[] WithHeader(string json, int dataBytes)
    {
        var header = Encoding.UTF8.GetBytes(json);
        return [.. BitConverter.GetBytes((ulong)header.Length), .. header, .. new byte[dataBytes]];
    }

    public static IReadOnlyList<TestTensor> ReadFile(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return ReadAll(file);
    }

    public static IReadOnlyList<TestTensor> ReadAll(ITensorSource source) =>
        [.. source.Tensors.Values.Select(t => new TestTensor(t.Name, t.Type, [.. t.Shape], source.Bytes(t, 0, (int)t.ByteLength).ToArray()))];

    /// <summary>The elements of one tensor, row-major.</summary>
    public static T[] Values<T>(ITensorSource source, string name) where T : unmanaged
    {
        var tensor = source.Tensors[name];
        return [.. MemoryMarshal.Cast<byte, T>(source.Bytes(tensor, 0, (int)tensor.ByteLength))];
    }

    public bool SameAs(TestTensor other) =>
        Name == other.Name && Type == other.Type && Shape.SequenceEqual(other.Shape) && Bytes.SequenceEqual(other.Bytes);
}
