using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>The variables of a bundle as TensorFlow has them, to be written again.</summary>
internal static class BundleReader
{
    /// <param name="prefix">Path of the index without <c>.index</c>.</param>
    public static IReadOnlyList<TestTensor> Read(string prefix)
    {
        using var index = BundleIndex.Open(prefix);
        var shards = index.Shards.Values.ToDictionary(shard => shard.Path, StringComparer.Ordinal);
        return [.. index.Variables.Select(entry => entry.Tensor!).Select(t =>
            new TestTensor(t.Name, t.Type, [.. t.Shape], shards[t.File].Bytes(t.Offset, (int)t.ByteLength).ToArray()))];
    }

    /// <summary>The matrix with rows as columns.</summary>
    public static TestTensor Transposed(this TestTensor matrix)
    {
        var (rows, columns) = ((int)matrix.Shape[0], (int)matrix.Shape[1]);
        var bytes = Enumerable.Range(0, columns).SelectMany(column => Enumerable.Range(0, rows).SelectMany(row => matrix.Bytes.Skip(4 * (row * columns + column)).Take(4)));
        return matrix with { Shape = [columns, rows], Bytes = [.. bytes] };
    }
}
