using ElasticSynapse.Serving.Models;
using ElasticSynapse.Serving.Models.Onnx;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Folders that cannot be served: each ends in one line that names the file and the tensor.</summary>
public sealed class CheckpointRefusalTests
{
    private static readonly SessionSettings Settings = new(1);

    [Fact]
    public void Load_NoFolder_SaysSo() =>
        Assert.Equal("/no/such/folder: found no such folder; accepted: "
            + "a checkpoint folder of GPT-2 (config.json or hparams.json) or BERT (config.json or bert_config.json)",
            Assert.Throws<CheckpointException>(() => Gpt2Model.Load("/no/such/folder", Settings)).Message);

    [Fact]
    public void Load_NoConfig_SaysSo()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("found no config.json", Assert.Throws<CheckpointException>(() => BertModel.Load(folder.FullPath, Settings)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NoWeights_NamesWhatWasLookedFor()
    {
        using var copy = new FixtureCopy(Gpt2Golden.Folder);
        Assert.Contains("found no weights, but config.json, generation_config.json; accepted: model.safetensors, pytorch_model.bin, ",
            Assert.Throws<CheckpointException>(() => Gpt2Model.Load(copy.FullPath, Settings)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MissingTensors_ListsAll()
    {
        using var copy = new FixtureCopy(Gpt2Golden.Folder).Without("transformer.ln_f.bias", "transformer.h.1.mlp.c_fc.weight").Save();
        Assert.EndsWith("model.safetensors: 2 tensors missing: h.1.mlp.c_fc.weight, ln_f.bias",
            Assert.Throws<CheckpointException>(() => Gpt2Model.Load(copy.FullPath, Settings)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WrongShapesAndTypes_ListsAll()
    {
        using var copy = new FixtureCopy(BertGolden.Folder).Change(t => t.Name switch
        {
            "classifier.weight" => t with { Shape = [64, 6] },
            "classifier.bias" => t with { Type = TensorType.I32 },
            _ => t,
        }).Save();
        Assert.EndsWith("model.safetensors: 2 tensors refused: \"classifier.weight\" has shape [64,6], the configuration asks for [6,64]; "
            + "\"classifier.bias\" has type I32, accepted are F32, F16, BF16, F64",
            Assert.Throws<CheckpointException>(() => BertModel.Load(copy.FullPath, Settings)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OtherLabelCountThanTheHead_Refused()
    {
        using var copy = new FixtureCopy(BertGolden.Folder).Configure("id2label", null).Configure("num_labels", 3).Save();
        Assert.Contains("\"classifier.weight\" has shape [6,64], the configuration asks for [3,64]",
            Assert.Throws<CheckpointException>(() => BertModel.Load(copy.FullPath, Settings)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_TensorInTwoSpellings_Refused()
    {
        using var copy = new FixtureCopy(Gpt2Golden.Folder).With(new TestTensor("ln_f.bias", TensorType.F32, [64], new byte[256])).Save();
        Assert.Contains("another spelling of \"ln_f.bias\"",
            Assert.Throws<CheckpointException>(() => Gpt2Model.Load(copy.FullPath, Settings)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OtherFamily_RefusedByName()
    {
        Assert.Contains("model_type is \"bert\"; accepted: gpt2",
            Assert.Throws<CheckpointException>(() => Gpt2Model.Load(BertGolden.Folder, Settings)).Message, StringComparison.Ordinal);
        Assert.Contains("model_type is \"gpt2\"; accepted: bert",
            Assert.Throws<CheckpointException>(() => BertModel.Load(Gpt2Golden.Folder, Settings)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ModelThatOnnxRuntimeRefuses_CheckpointException()
    {
        var error = Assert.Throws<CheckpointException>(() => CompiledModel.Open("gpt2", new ModelProto { Graph = new GraphProto() }, Settings));
        Assert.StartsWith("gpt2: ONNX Runtime cannot load the compiled graph: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Load_AfterwardsFileRemoved_ModelStillRuns()
    {
        var copy = new FixtureCopy(Gpt2Golden.Folder).Save();
        using var model = Gpt2Model.Load(copy.FullPath, Settings);
        copy.Dispose();
        var golden = Gpt2Golden.All[0];
        var logits = new Gpt2Run(model).Whole(golden.Ids);
        Assert.InRange(Numbers.LargestDifference(logits.AsSpan(^golden.LastLogits.Length..), golden.LastLogits), 0, 1e-3f);
    }
}
