using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>SavedModels of BERT as an Estimator exports them: weights alone, what else there is beside or above them.</summary>
public sealed class ExportedBertTests : IDisposable
{
    private static readonly SessionSettings Settings = new(1);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(".")]
    [InlineData("1557429385")]
    public void Load_GoogleExportWithItsConfigurationBesideIt_LogitsOfHuggingFace(string export)
    {
        using var copy = new GoogleExportCopy(export);
        using var model = BertModel.Load(CheckpointFolder.Existing(copy.FullPath), Settings);
        Assert.Empty(model.UnusedTensors);
        foreach (var golden in BertGolden.All)
            Assert.InRange(Numbers.LargestDifference(Assert.Single(BertRun.Logits(model, golden.Ids)), golden.Logits), 0, 1e-3f);
        Assert.Equal(ModelFamily.Bert, ConfigFile.Recognize(copy.FullPath));
    }

    [Theory]
    [InlineData(".", "assets.extra")]
    [InlineData("1557429385", "assets.extra")]
    [InlineData("1557429385", "assets")]
    public void Load_GoogleExportWithTheRestAmongItsAssets_AsBesideIt(string export, string assets)
    {
        using var copy = new GoogleExportCopy(export);
        using var expected = BertModel.Load(CheckpointFolder.Existing(copy.FullPath), Settings);
        Directory.CreateDirectory(copy.File(Path.Combine(export, assets)));
        foreach (var name in new[] { "bert_config.json", "labels.txt", "vocab.txt" })
            File.Move(copy.File(name), copy.File(Path.Combine(export, assets, name)));
        var folder = CheckpointFolder.Existing(copy.FullPath);
        using var model = BertModel.Load(folder, Settings);
        Assert.Equivalent(expected.Config, model.Config);
        Assert.Equal(BertRun.Logits(expected, [5, 9, 2]), BertRun.Logits(model, [5, 9, 2]));
        Assert.Equal(ModelFamily.Bert, ConfigFile.Recognize(folder));
        Assert.True(File.Exists(SavedModelAssets.Find(folder, "vocab.txt")));
    }

    [Fact]
    public void Find_BesideTheGraphAndAmongItsAssets_TheOneBeside()
    {
        using var copy = new GoogleExportCopy();
        Directory.CreateDirectory(copy.File("assets.extra"));
        File.WriteAllText(copy.File("assets.extra/labels.txt"), "another");
        Assert.Equal(copy.File("labels.txt"), SavedModelAssets.Find(copy.FullPath, "labels.txt"));
        Assert.Equal(copy.File("nowhere.txt"), SavedModelAssets.Find(copy.FullPath, "nowhere.txt"));
    }

    // 64 hidden units are one head, where the fixture's configuration says four.
    [Theory]
    [InlineData(".")]
    [InlineData("1557429385")]
    public void Load_GoogleExportWithoutConfiguration_SizesOfTheVariables(string export)
    {
        using var copy = new GoogleExportCopy(export).Configure("num_attention_heads", 1);
        using var expected = BertModel.Load(copy.FullPath, Settings);
        copy.Without("bert_config.json");
        var folder = CheckpointFolder.Existing(copy.FullPath);
        Assert.Equal(ModelFamily.Bert, ConfigFile.Recognize(folder));
        using var model = BertModel.Load(folder, Settings);
        Assert.Equivalent(expected.Config, model.Config);
        Assert.Equal(BertRun.Logits(expected, [5, 9, 2]), BertRun.Logits(model, [5, 9, 2]));

        copy.Without("labels.txt");
        Assert.Equal(["LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3", "LABEL_4", "LABEL_5"], BertConfig.Load(folder).Labels);
    }

    [Theory]
    [InlineData(48, true, "found hidden states of 48, which tell no number of heads; accepted: a multiple of 64, or bert_config.json beside it")]
    [InlineData(64, true, "found no bert/encoder/layer_0/intermediate/dense/bias; accepted: the variables of a BERT, or bert_config.json beside it")]
    [InlineData(64, false, "found a BERT without a classifier; accepted: output_weights and output_bias")]
    public void Load_VariablesThatDoNotSayEnough_Refused(int hidden, bool hasHead, string expected)
    {
        var writer = new BundleWriter();
        Add("bert/embeddings/word_embeddings", 9, hidden);
        Add("bert/encoder/layer_0/output/dense/bias", hidden);
        if (hasHead)
        {
            Add("output_weights", 2, hidden);
            Add("output_bias", 2);
        }
        writer.Write(_folder, "bert_model.ckpt");
        Assert.Contains(expected, Refused(() => BertModel.Load(_folder.FullPath, Settings)), StringComparison.Ordinal);

        void Add(string name, params long[] shape) =>
            writer.Add(new TestTensor(name, TensorType.F32, shape, new byte[4 * shape.Aggregate((product, size) => product * size)]));
    }

    [Fact]
    public void Load_SeveralNumberedExportsBesideTheConfiguration_Refused()
    {
        using var copy = new GoogleExportCopy("1");
        Directory.CreateDirectory(copy.File("2/variables"));
        foreach (var file in Directory.GetFiles(copy.File("1/variables")))
            File.Copy(file, file.Replace("/1/", "/2/", StringComparison.Ordinal));
        Assert.Contains("2 TensorFlow checkpoints (1/variables/variables, 2/variables/variables)", Refused(() => BertModel.Load(copy.FullPath, Settings)), StringComparison.Ordinal);
    }

    private static string Refused(Action load) => Assert.Throws<CheckpointException>(load).Message;
}
