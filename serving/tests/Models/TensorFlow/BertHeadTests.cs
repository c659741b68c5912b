using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Classifiers as forks of run_classifier create them: the same logits, whatever they are called.</summary>
public sealed class BertHeadTests : IDisposable
{
    private static readonly IReadOnlyList<TestTensor> Variables = BundleReader.Read(Path.Combine(GoogleExportCopy.Fixture, "variables", "variables"));
    private static readonly TestTensor Weights = Variables.Single(v => v.Name == "output_weights"); // [6, 64]
    private static readonly TestTensor Bias = Variables.Single(v => v.Name == "output_bias");

    private readonly TemporaryFolder _folder = new();

    public BertHeadTests()
    {
        foreach (var name in new[] { "bert_config.json", "labels.txt", "vocab.txt" })
            File.Copy(Path.Combine(GoogleExportCopy.Fixture, name), _folder.File(name));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("loss/output_weights", "loss/output_bias", false)]
    [InlineData("multilabel/output_weights", "multilabel/output_bias", false)]
    [InlineData("cls/output_weights", "cls/output_bias", false)]
    [InlineData("output_weights", "output_bias", true)]
    [InlineData("classifier_weights", "classifier_bias", false)]
    [InlineData("classifier/kernel", "classifier/bias", true)]
    [InlineData("classifier/kernel", "classifier/bias", false)]
    [InlineData("loss/classifier/kernel", "loss/classifier/bias", true)]
    [InlineData("classifier/dense/kernel", "classifier/dense/bias", true)]
    [InlineData("output/kernel", "output/bias", true)]
    [InlineData("output_layer/kernel", "output_layer/bias", true)]
    [InlineData("Classifier/w", "Classifier/b", true)]
    [InlineData("dense/kernel", "dense/bias", true)]
    [InlineData("head/dense_1/kernel", "head/dense_1/bias", true)]
    public void Load_HeadOfAFork_LogitsOfHuggingFace(string weight, string bias, bool isTransposed)
    {
        Write((isTransposed ? Weights.Transposed() : Weights) with { Name = weight }, Bias with { Name = bias });
        using var model = BertModel.Load(_folder.FullPath, new SessionSettings(1));
        Assert.Empty(model.UnusedTensors);
        foreach (var golden in BertGolden.All)
            Assert.InRange(Numbers.LargestDifference(Assert.Single(BertRun.Logits(model, golden.Ids)), golden.Logits), 0, 1e-3f);
    }

    [Fact]
    public void Load_TwoVariablesThatMayBeTheHead_RefusedByName()
    {
        Write(Weights with { Name = "toxic/output_weights" }, Bias with { Name = "toxic/output_bias" },
            Weights with { Name = "spam/output_weights" }, Bias with { Name = "spam/output_bias" });
        Assert.EndsWith("found 2 variables that may be the classifier (spam/output_weights, toxic/output_weights); accepted: one",
            Assert.Throws<CheckpointException>(() => BertModel.Load(_folder.FullPath, new SessionSettings(1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_UsualHeadBesideAnother_TheUsualOne()
    {
        Write(Weights, Bias, Weights with { Name = "aux/output_weights" }, Bias with { Name = "aux/output_bias" });
        using var model = BertModel.Load(_folder.FullPath, new SessionSettings(1));
        Assert.Equal(["aux/output_bias", "aux/output_weights"], model.UnusedTensors);
    }

    // As many labels as hidden units: both orientations fit.
    [Theory]
    [InlineData("classifier/kernel", true)]
    [InlineData("classifier_weights", false)]
    public void Find_SquareHead_OrientationOfTheName(string name, bool isTransposed)
    {
        static StoredTensor Variable(string name, params long[] shape) => new(name, TensorType.F32, shape, "", 0, 0);
        var head = BertHead.Find("x", [Variable("bert/embeddings/word_embeddings", 9, 4), Variable(name, 4, 4),
            Variable(name.Replace("kernel", "bias", StringComparison.Ordinal).Replace("weights", "bias", StringComparison.Ordinal), 4),
            Variable("bert/encoder/layer_0/attention/output/dense/kernel", 4, 4), Variable("bert/encoder/layer_0/attention/output/dense/bias", 4)]);
        Assert.Equal((name, 4, isTransposed), (head!.WeightName, head.Labels, head.IsTransposed));
    }

    private void Write(params TestTensor[] head)
    {
        var writer = new BundleWriter();
        foreach (var variable in Variables.Where(v => v != Weights && v != Bias).Concat(head))
            writer.Add(variable);
        writer.Write(_folder, "bert_model.ckpt");
    }
}
