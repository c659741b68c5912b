using ElasticSynapse.Serving.Models;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>The fixture models in the folders of other software: the same logits, whoever wrote them.</summary>
public sealed class CheckpointFamilyTests : IDisposable
{
    private static readonly SessionSettings Settings = new(1);
    private static readonly string OpenAi = RepositoryFiles.Data("huggingface", "tf-gpt2", "checkpoint", "run1");
    private static readonly string Google = RepositoryFiles.Data("huggingface", "tf-bert", "1557429385");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_GptTwoSimpleFolder_LogitsOfHuggingFace() => AssertGpt2(OpenAi);

    [Fact]
    public void Load_OpenAiReleaseLayout_LogitsOfHuggingFace()
    {
        Copy(OpenAi, name => name.Replace("model-1000", "model.ckpt", StringComparison.Ordinal));
        _folder.Write("checkpoint", "model_checkpoint_path: \"/home/someone/models/124M/model.ckpt\"\n");
        AssertGpt2(_folder.FullPath);
        File.Delete(_folder.File("checkpoint"));
        AssertGpt2(_folder.FullPath);
    }

    [Fact]
    public void Load_Gpt2PyTorchBin_LogitsOfHuggingFace()
    {
        Copy(Gpt2Golden.Folder, name => name.EndsWith("config.json", StringComparison.Ordinal) ? name : null);
        Copy(RepositoryFiles.Data("huggingface", "pytorch-gpt2"), name => name);
        AssertGpt2(_folder.FullPath);
    }

    [Fact]
    public void Load_BertPyTorchBinOfAnotherName_LogitsOfHuggingFace()
    {
        Copy(BertGolden.Folder, name => name.EndsWith("config.json", StringComparison.Ordinal) ? name : null);
        Copy(RepositoryFiles.Data("huggingface", "pytorch-bert"), _ => "epoch-3.pt");
        _folder.Write("training_args.bin", "not weights");
        _folder.Write("rng_state_0.pth", "nor these");
        AssertBert(_folder.FullPath);
        _folder.Write("epoch-4.pt", "");
        Assert.Contains("2 PyTorch files (epoch-3.pt, epoch-4.pt)", Refused(() => BertModel.Load(_folder.FullPath, Settings)), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_GoogleSavedModel_LogitsOfHuggingFace() => AssertBert(Google);

    [Fact]
    public void Load_GoogleCheckpointWithTrainingSteps_LogitsOfHuggingFace()
    {
        Copy(Google, name => name == "saved_model.pb" ? null : name);
        Copy(Path.Combine(Google, "variables"), name => name.Replace("variables", "model.ckpt-343", StringComparison.Ordinal));
        AssertBert(_folder.FullPath);
    }

    [Fact]
    public void Load_Google_LabelsIndependentUnlessItsGraphComputesSoftmax()
    {
        var config = BertConfig.Load(Google);
        Assert.Equal(["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"], config.Labels);
        Assert.Equal(ProblemType.MultiLabel, config.ProblemType);

        Copy(Google, name => name);
        _folder.Write("saved_model.pb", "\u0008\u0001\n\u000Closs/Softmax\u0012\u0007Softmax");
        Assert.Equal(ProblemType.SingleLabel, BertConfig.Load(_folder.FullPath).ProblemType);
    }

    // A vocabulary of 843 tokens in an embedding of 864 rows.
    [Theory]
    [InlineData("{\"n_vocab\":843,\"n_ctx\":128,\"n_embd\":64,\"n_head\":4,\"n_layer\":3}", true)]
    [InlineData("{\"n_vocab\":0,\"n_ctx\":128,\"n_embd\":64,\"n_head\":4,\"n_layer\":3}", true)]
    [InlineData("{\"n_vocab\":0,\"n_ctx\":128,\"n_embd\":64,\"n_head\":4,\"n_layer\":3}", false)]
    public void Load_Gpt2WithPaddedVocabulary_LogitsOfItsTokens(string hyperParameters, bool hasVocabulary)
    {
        Copy(OpenAi, name => name.StartsWith("model-", StringComparison.Ordinal) || (!hasVocabulary && name == "encoder.json") ? null : name);
        _folder.Write("hparams.json", hyperParameters);
        var writer = new BundleWriter();
        foreach (var variable in BundleReader.Read(Path.Combine(OpenAi, "model-1000")))
            writer.Add(variable.Name == "model/wte" && hasVocabulary ? variable with { Shape = [864, 64], Bytes = [.. variable.Bytes, .. new byte[21 * 64 * 4]] } : variable);
        writer.Write(_folder, "model-1000");
        AssertGpt2(_folder.FullPath);
    }

    [Theory]
    [InlineData("model_checkpoint_path: 'model-1000'")]
    [InlineData("model_checkpoint_path: \"/content/checkpoint/run1/model-1000\"")]
    [InlineData("model_checkpoint_path: \"C:\\\\Users\\\\me\\\\checkpoint\\\\run1\\\\model-1000\"")]
    [InlineData("model_checkpoint_path: \"ck/model-1000\"", "ck/model-1000")]
    [InlineData("model_checkpoint_path: \"mod\\303\\250le-1\"", "modèle-1")]
    [InlineData("model_checkpoint_path: \"mod\\xc3\\xa8le-1\"", "modèle-1")]
    [InlineData("model_checkpoint_path: \"modèle-1\"", "modèle-1")]
    public void Load_StateFileAsItIsWrittenElsewhere_TheCheckpointThatItNames(string state, string name = "model-1000")
    {
        Directory.CreateDirectory(_folder.File("ck"));
        Copy(OpenAi, file => file.Replace("model-1000", name, StringComparison.Ordinal));
        _folder.Write("checkpoint", state + "\n");
        AssertGpt2(_folder.FullPath);
    }

    [Theory]
    [InlineData("../{0}/model-1000")]
    [InlineData("/{1}/model-1000")]
    public void Load_StateFileThatLeadsOutOfTheFolder_NotFollowed(string path)
    {
        using var elsewhere = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(OpenAi, "model-1000.*"))
            File.Copy(file, elsewhere.File(Path.GetFileName(file)));
        Copy(OpenAi, file => file.StartsWith("model-", StringComparison.Ordinal) ? null : file);
        path = string.Format(System.Globalization.CultureInfo.InvariantCulture, path, Path.GetFileName(elsewhere.FullPath), elsewhere.FullPath.TrimStart('/'));
        _folder.Write("checkpoint", $"model_checkpoint_path: \"{path}\"\n");
        Assert.Contains("the checkpoint \"model-1000\", but no model-1000.index beside it", Refused(() => Gpt2Model.Load(_folder.FullPath, Settings)), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_HyperParametersMissing_ThoseOfTheSmallModel()
    {
        Copy(OpenAi, name => name);
        _folder.Write("hparams.json", "{}");
        var config = Gpt2Config.Load(_folder.FullPath);
        Assert.Equal((843, 1024, 768, 12, 12), (config.VocabularySize, config.Positions, config.HiddenSize, config.Heads, config.Layers));
        Assert.Equal(Gpt2Config.Load(Gpt2Golden.Folder).EosTokenIds, config.EosTokenIds);
    }

    [Theory]
    [InlineData("labels.txt", "", "labels.txt has an empty line")]
    [InlineData("labels.txt", "a\n\nb", "labels.txt has an empty line")]
    [InlineData("labels.txt", null, "labels.txt is missing beside it")]
    [InlineData("labels.txt", "a\nb", "\"output_weights\" has shape [6,64], the configuration asks for [2,64]")]
    [InlineData("bert_config.json", "{}", "vocab_size is missing")]
    [InlineData("hparams.json", "{}", "files of two families: bert_config.json, hparams.json")]
    [InlineData("model.ckpt.index", "", "2 TensorFlow checkpoints (variables/variables, model.ckpt)")]
    public void Load_GoogleFolderThatIsUnclear_SaysWhatIsWrong(string file, string? content, string expected)
    {
        Copy(Google, name => name);
        Directory.CreateDirectory(_folder.File("variables"));
        Copy(Path.Combine(Google, "variables"), name => "variables/" + name);
        if (content is null)
            File.Delete(_folder.File(file));
        else
            _folder.Write(file, content);
        Assert.Contains(expected, Refused(() => BertModel.Load(_folder.FullPath, Settings)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("checkpoint", "model_checkpoint_path: \"model-2000\"", "the checkpoint \"model-2000\", but no model-2000.index beside it")]
    [InlineData("hparams.json", "{\"n_head\": 5}", "n_embd 768 is not divisible by n_head 5")]
    [InlineData("hparams.json", "{\"n_vocab\": -1}", "n_vocab is -1; accepted: 1 to 10000000")]
    [InlineData("hparams.json", "[]", "a JSON Array")]
    public void Load_OpenAiFolderThatIsUnclear_SaysWhatIsWrong(string file, string content, string expected)
    {
        Copy(OpenAi, name => name);
        _folder.Write(file, content);
        Assert.Contains(expected, Refused(() => Gpt2Model.Load(_folder.FullPath, Settings)), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SeveralCheckpoints_TheOneThatTheStateNames()
    {
        Copy(OpenAi, name => name);
        Copy(OpenAi, name => name.StartsWith("model-", StringComparison.Ordinal) ? name.Replace("1000", "2000", StringComparison.Ordinal) : null);
        AssertGpt2(_folder.FullPath);
        File.Delete(_folder.File("checkpoint"));
        Assert.Contains("2 TensorFlow checkpoints (model-1000, model-2000)", Refused(() => Gpt2Model.Load(_folder.FullPath, Settings)), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_FormatVersionOne_RefusedByName()
    {
        Copy(OpenAi, name => name.StartsWith("model-", StringComparison.Ordinal) ? null : name);
        File.Copy(Path.Combine(OpenAi, "model-1000.index"), _folder.File("model-1000")); // a table, too
        Assert.Contains("model-1000: found a TensorFlow checkpoint of format V1", Refused(() => Gpt2Model.Load(_folder.FullPath, Settings)), StringComparison.Ordinal);
        File.Delete(_folder.File("checkpoint"));
        Assert.Contains("model-1000: found a TensorFlow checkpoint of format V1", Refused(() => Gpt2Model.Load(_folder.FullPath, Settings)), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OtherFamily_RefusedByName()
    {
        Assert.Contains("a checkpoint of GPT-2 (hparams.json); accepted: BERT", Refused(() => BertModel.Load(OpenAi, Settings)), StringComparison.Ordinal);
        Assert.Contains("a checkpoint of BERT (bert_config.json); accepted: GPT-2", Refused(() => Gpt2Model.Load(Google, Settings)), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_Afterwards_NoTemporaryFileLeft()
    {
        using var model = BertModel.Load(Google, Settings);
        using var source = CheckpointTensors.Open(Google);
        var scratch = source.Tensors["bert/pooler/dense/kernel"].File;
        Assert.StartsWith(Path.GetTempPath(), scratch, StringComparison.Ordinal);
        source.Dispose();
        Assert.False(File.Exists(scratch));
    }

    [Fact]
    public void Recognize_EveryFixture_ItsFamily()
    {
        Assert.Equal(ModelFamily.Gpt2, ConfigFile.Recognize(Gpt2Golden.Folder));
        Assert.Equal(ModelFamily.Gpt2, ConfigFile.Recognize(OpenAi));
        Assert.Equal(ModelFamily.Bert, ConfigFile.Recognize(BertGolden.Folder));
        Assert.Equal(ModelFamily.Bert, ConfigFile.Recognize(Google));
        Assert.Contains("but nothing; accepted: a checkpoint folder of GPT-2", Refused(() => ConfigFile.Recognize(_folder.FullPath)), StringComparison.Ordinal);
        _folder.Write("config.json", """{"architectures":["GPT2LMHeadModel"]}""");
        Assert.Equal(ModelFamily.Gpt2, ConfigFile.Recognize(_folder.FullPath));
        _folder.Write("config.json", """{"architectures":["BertForSequenceClassification"]}""");
        Assert.Equal(ModelFamily.Bert, ConfigFile.Recognize(_folder.FullPath));
        _folder.Write("config.json", """{"architectures":["LlamaForCausalLM"]}""");
        Assert.Contains("no model_type; accepted: gpt2, bert", Refused(() => ConfigFile.Recognize(_folder.FullPath)), StringComparison.Ordinal);
        _folder.Write("config.json", """{"model_type":"llama"}""");
        Assert.Contains("model_type is \"llama\"; accepted: gpt2, bert", Refused(() => ConfigFile.Recognize(_folder.FullPath)), StringComparison.Ordinal);
    }

    private static void AssertGpt2(string folder)
    {
        using var model = Gpt2Model.Load(folder, Settings);
        Assert.Empty(model.UnusedTensors);
        foreach (var golden in Gpt2Golden.All.Take(3))
        {
            var logits = new Gpt2Run(model).Whole(golden.Ids);
            Assert.InRange(Numbers.LargestDifference(logits.AsSpan(^golden.LastLogits.Length..), golden.LastLogits), 0, 1e-3f);
        }
    }

    private static void AssertBert(string folder)
    {
        using var model = BertModel.Load(folder, Settings);
        Assert.Empty(model.UnusedTensors);
        foreach (var golden in BertGolden.All)
            Assert.InRange(Numbers.LargestDifference(Assert.Single(BertRun.Logits(model, golden.Ids)), golden.Logits), 0, 1e-3f);
    }

    private static string Refused(Action load) => Assert.Throws<CheckpointException>(load).Message;

    // Under another name, or not at all.
    private void Copy(string from, Func<string, string?> name)
    {
        foreach (var file in Directory.GetFiles(from))
        {
            if (name(Path.GetFileName(file)) is { } copy)
                File.Copy(file, _folder.File(copy), overwrite: true);
        }
    }
}
