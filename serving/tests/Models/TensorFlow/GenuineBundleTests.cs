using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using ElasticSynapse.Serving.Models;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Every bundle that TensorFlow itself wrote, against what an independent reader found in it.</summary>
public sealed class GenuineBundleTests
{
    private static readonly JsonElement Expected = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Data("expected.json")));

    public static TheoryData<string> Bundles() => [.. Expected.EnumerateObject().Select(bundle => bundle.Name)];

    [Theory]
    [MemberData(nameof(Bundles))]
    public void Open_Index_EveryEntryAsExpected(string bundle)
    {
        using var index = BundleIndex.Open(Data(bundle));
        var expected = Expected.GetProperty(bundle).GetProperty("entries").EnumerateArray().ToArray();
        Assert.Equal(expected.Select(e => e.GetProperty("key").GetString()), index.Entries.Keys.Order(StringComparer.Ordinal));
        foreach (var entry in expected)
        {
            var read = index.Entries[entry.GetProperty("key").GetString()!];
            Assert.Equal(uint.Parse(entry.GetProperty("crc32c_masked").GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture), read.Checksum);
            if (entry.GetProperty("dtype_name").GetString() == "string")
            {
                Assert.Null(read.Tensor);
                continue;
            }
            Assert.Equal(entry.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64()), read.Tensor!.Shape);
            Assert.Equal(entry.GetProperty("offset").GetInt64(), read.Tensor.Offset);
            Assert.Equal(entry.GetProperty("size").GetInt64(), read.Tensor.ByteLength);
            var bytes = index.Shards[entry.GetProperty("shard").GetInt32()].Bytes(read.Tensor.Offset, (int)read.Tensor.ByteLength);
            Assert.Equal(entry.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }
    }

    [Theory]
    [MemberData(nameof(Bundles))]
    public void Open_Bundle_ChecksumsHold(string bundle)
    {
        using var source = TensorBundle.Open(Data(bundle));
        Assert.Equal(Data(bundle) + ".index", source.Description);
    }

    [Fact]
    public void Open_EstimatorCheckpoint_WithoutOptimizerSlots()
    {
        using var source = TensorBundle.Open(Data("tfx/estimator-2-shards/model.ckpt-10000"));
        Assert.NotEmpty(source.Tensors);
        Assert.DoesNotContain(source.Tensors.Keys, name => name.Contains("Adagrad", StringComparison.Ordinal)
            || name.Contains("Ftrl", StringComparison.Ordinal) || name == "global_step");
    }

    [Fact]
    public void Find_EstimatorFolder_TheCheckpointThatItsStateNames() =>
        Assert.Equal(Data("tfx/estimator-2-shards/model.ckpt-10000"), BundlePrefix.Find(Data("tfx/estimator-2-shards")));

    private static string Data(string path) => RepositoryFiles.Data(["tf-checkpoints", .. path.Split('/')]);
}
