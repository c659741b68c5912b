using System.Text;
using System.Text.Json;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Checkpoints that hold the fixture's weights in another spelling, container or precision.</summary>
public sealed class CheckpointVariantTests
{
    private static readonly long[] Ids = Gpt2Golden.All.MaxBy(g => g.Ids.Length)!.Ids;
    private static readonly float[] Expected = Gpt2Logits(Gpt2Golden.Folder);

    [Theory]
    [InlineData("")]
    [InlineData("module.")]
    [InlineData("module.transformer.")]
    [InlineData("model.")]
    [InlineData("model.transformer.")]
    [InlineData("model._orig_mod.transformer.")]
    [InlineData("model.module.transformer.")]
    public void Load_Gpt2WithOtherPrefix_SameLogits(string prefix)
    {
        using var copy = new FixtureCopy(Gpt2Golden.Folder)
            .Change(t => t with { Name = t.Name.Replace("transformer.", prefix, StringComparison.Ordinal) }).Save();
        Assert.Equal(Expected, Gpt2Logits(copy.FullPath));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Load_Gpt2InShards_SameLogits(int shards)
    {
        using var copy = new FixtureCopy(Gpt2Golden.Folder).SaveShards(shards);
        Assert.Equal(Expected, Gpt2Logits(copy.FullPath));
    }

    // Writers before 2023 did not pad the header, so a float may lie at any byte.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Load_Gpt2WithUnalignedTensors_SameLogits(int headerRemainder)
    {
        using var copy = new FixtureCopy(Gpt2Golden.Folder).Save(headerRemainder);
        Assert.Equal(Expected, Gpt2Logits(copy.FullPath));
    }

    [Fact]
    public void Load_Gpt2WithBuffersAndOtherTensors_SameLogitsAndOthersListed()
    {
        using var copy = new FixtureCopy(Gpt2Golden.Folder).With(
            new("transformer.h.0.attn.bias", TensorType.Bool, [1, 1, 2, 2], new byte[4]),
            new("transformer.h.2.attn.masked_bias", TensorType.F32, [], new byte[4]),
            new("lm_head.weight", TensorType.F32, [1], new byte[4]), // a copy of the embedding, as it would be
            new("value_head.weight", TensorType.F32, [1], new byte[4])).Save();
        using var model = Gpt2Model.Load(copy.FullPath, new SessionSettings(1));
        Assert.Equal(["value_head.weight"], model.UnusedTensors);
        Assert.Equal(Expected, new Gpt2Run(model).Whole(Ids));
    }

    [Fact]
    public void Load_Gpt2InF64_SameLogits()
    {
        using var copy = new FixtureCopy(Gpt2Golden.Folder).Change(FixtureCopy.ToF64).Save();
        Assert.Equal(Expected, Gpt2Logits(copy.FullPath));
    }

    [Fact]
    public void Load_Gpt2InF16_CloseToF32()
    {
        using var copy = new FixtureCopy(Gpt2Golden.Folder).Change(FixtureCopy.ToF16).Save();
        Assert.InRange(Numbers.LargestDifference(Expected, Gpt2Logits(copy.FullPath)), 1e-6f, 0.1f);
    }

    [Fact]
    public void Load_Gpt2InBF16_SameLogitsAsItsValuesInF32()
    {
        using var copy = new FixtureCopy(Gpt2Golden.Folder).Change(FixtureCopy.ToBF16).Save();
        var widened = copy.Tensors.ToDictionary(t => t.Name, t => t.Bytes);
        using var same = new FixtureCopy(Gpt2Golden.Folder).Change(t => t with
        {
            Bytes = [.. widened[t.Name].Chunk(2).SelectMany(half => (byte[])[0, 0, half[0], half[1]])],
        }).Save();
        Assert.Equal(Gpt2Logits(same.FullPath), Gpt2Logits(copy.FullPath));
    }

    [Fact]
    public void Load_Gpt2Untied_UsesTheHead()
    {
        using var copy = new FixtureCopy(Gpt2Golden.Folder).Configure("tie_word_embeddings", false);
        var embedding = copy.Tensors.Single(t => t.Name == "transformer.wte.weight");
        // The embedding's rows in reverse: the logits must come out in reverse.
        var head = embedding.Bytes.Chunk(4 * (int)embedding.Shape[1]).Reverse().SelectMany(row => row).ToArray();
        copy.With(embedding with { Name = "lm_head.weight", Bytes = head }).Save();
        var vocabulary = (int)embedding.Shape[0];
        Assert.Equal(Expected.Chunk(vocabulary).SelectMany(row => row.Reverse()), Gpt2Logits(copy.FullPath));
    }

    // Trainers pad to a round number of rows, which no token stands for.
    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.Int8)]
    [InlineData(Precision.Int4)]
    public void Load_Gpt2WithPaddedVocabulary_LogitsOfItsTokens(Precision precision)
    {
        using var copy = new FixtureCopy(Gpt2Golden.Folder).Configure("tie_word_embeddings", false);
        var embedding = copy.Tensors.Single(t => t.Name == "transformer.wte.weight");
        copy.With(embedding with { Name = "lm_head.weight" }).Save();
        var expected = Logits(copy.FullPath);
        copy.Change(t => t.Shape[0] == embedding.Shape[0] ? t with { Shape = [864, 64], Bytes = [.. t.Bytes, .. Enumerable.Repeat((byte)0x40, 21 * 64 * 4)] } : t).Save();
        Assert.Equal(expected, Logits(copy.FullPath));

        float[] Logits(string folder)
        {
            using var model = Gpt2Model.Load(folder, new SessionSettings(1, precision));
            return new Gpt2Run(model).Whole(Ids);
        }
    }

    [Fact]
    public void Load_FewerRowsThanTheVocabulary_Refused()
    {
        using var copy = new FixtureCopy(Gpt2Golden.Folder).Configure("vocab_size", 844).Save();
        Assert.Contains("\"transformer.wte.weight\" has shape [843,64], the configuration asks for [844,64]",
            Assert.Throws<CheckpointException>(() => Gpt2Logits(copy.FullPath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_Gpt2UntiedWithoutHead_UsesTheEmbedding()
    {
        using var copy = new FixtureCopy(Gpt2Golden.Folder).Configure("tie_word_embeddings", false).Save();
        Assert.Equal(Expected, Gpt2Logits(copy.FullPath));
    }

    // As in Hugging Face's cache: snapshots/<revision>/model.safetensors -> ../../blobs/<hash>; and a link to the revision.
    [Theory]
    [InlineData("snapshots/1")]
    [InlineData("current")]
    public void Load_Gpt2BehindLinks_SameLogits(string served)
    {
        using var copy = new FixtureCopy(Gpt2Golden.Folder).SaveShards(2);
        using var cache = new TemporaryFolder();
        var blobs = Directory.CreateDirectory(cache.File("blobs")).FullName;
        var snapshot = Directory.CreateDirectory(cache.File("snapshots/1")).FullName;
        foreach (var file in Directory.GetFiles(copy.FullPath))
        {
            var name = Path.GetFileName(file);
            File.Copy(file, Path.Combine(blobs, name + ".blob"));
            File.CreateSymbolicLink(Path.Combine(snapshot, name), $"../../blobs/{name}.blob");
        }
        Directory.CreateSymbolicLink(cache.File("current"), "snapshots/1");
        Assert.Equal(Expected, Gpt2Logits(cache.File(served)));
    }

    [Fact]
    public void Load_Gpt2BeyondTwoGigabytes_SameLogits()
    {
        const long Gap = 2_200_000_000; // an unused tensor before the weights, sparse on disk
        using var copy = new FixtureCopy(Gpt2Golden.Folder);
        var header = new Dictionary<string, object> { ["unused"] = new { dtype = "U8", shape = new[] { Gap }, data_offsets = new[] { 0, Gap } } };
        var end = Gap;
        foreach (var tensor in copy.Tensors)
            header.Add(tensor.Name, new { dtype = "F32", shape = tensor.Shape, data_offsets = new[] { end, end += tensor.Bytes.Length } });
        var json = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(header));
        using (var stream = File.Create(Path.Combine(copy.FullPath, "model.safetensors")))
        {
            stream.Write(BitConverter.GetBytes((ulong)json.Length));
            stream.Write(json);
            stream.Position += Gap;
            foreach (var tensor in copy.Tensors)
                stream.Write(tensor.Bytes);
        }
        Assert.Equal(Expected, Gpt2Logits(copy.FullPath));
    }

    [Fact]
    public void Load_BertOfALightningModuleWithPaddedVocabulary_SameLogits()
    {
        using var copy = new FixtureCopy(BertGolden.Folder).Change(t => t.Name.Contains("word_embeddings", StringComparison.Ordinal)
            ? t with { Name = "model." + t.Name, Shape = [t.Shape[0] + 6, 64], Bytes = [.. t.Bytes, .. new byte[6 * 64 * 4]] }
            : t with { Name = "model." + t.Name }).Save();
        using var model = BertModel.Load(copy.FullPath, new SessionSettings(1));
        Assert.Empty(model.UnusedTensors);
        foreach (var golden in BertGolden.All)
            Assert.InRange(Numbers.LargestDifference(Assert.Single(BertRun.Logits(model, golden.Ids)), golden.Logits), 0, 1e-3f);
    }

    [Fact]
    public void Load_BertWithOldNamesAndExtras_SameLogits()
    {
        using var copy = new FixtureCopy(BertGolden.Folder)
            .Change(t => t with
            {
                Name = "module." + t.Name.Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal)
                    .Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal),
            })
            .With(new("module.bert.embeddings.position_ids", TensorType.I64, [1], new byte[8]),
                new("module.cls.predictions.bias", TensorType.F32, [1], new byte[4])).Save();
        Assert.Equal(BertLogits(BertGolden.Folder), BertLogits(copy.FullPath));
        using var model = BertModel.Load(copy.FullPath, new SessionSettings(1));
        Assert.Empty(model.UnusedTensors);
    }

    [Fact]
    public void Load_BertInShards_SameLogits()
    {
        using var copy = new FixtureCopy(BertGolden.Folder).SaveShards(2);
        Assert.Equal(BertLogits(BertGolden.Folder), BertLogits(copy.FullPath));
    }

    [Fact]
    public void Load_BertInF16_CloseToF32()
    {
        using var copy = new FixtureCopy(BertGolden.Folder).Change(FixtureCopy.ToF16).Save();
        Assert.InRange(Numbers.LargestDifference(BertLogits(BertGolden.Folder), BertLogits(copy.FullPath)), 1e-6f, 0.1f);
    }

    [Fact]
    public void Load_BertWithOtherGelu_OtherLogits()
    {
        using var copy = new FixtureCopy(BertGolden.Folder).Configure("hidden_act", "gelu_new").Save();
        Assert.InRange(Numbers.LargestDifference(BertLogits(BertGolden.Folder), BertLogits(copy.FullPath)), 1e-6f, 0.1f);
    }

    private static float[] Gpt2Logits(string folder)
    {
        using var model = Gpt2Model.Load(folder, new SessionSettings(1));
        return new Gpt2Run(model).Whole(Ids);
    }

    private static float[] BertLogits(string folder)
    {
        using var model = BertModel.Load(folder, new SessionSettings(1));
        return BertRun.Logits(model, BertGolden.All[0].Ids)[0];
    }
}
