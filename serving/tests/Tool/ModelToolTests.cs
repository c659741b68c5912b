using ElasticSynapse.Serving.Models;
using ElasticSynapse.Serving.Tests.Models;
using ElasticSynapse.Serving.Tool;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Serving.Tests.Tool;

/// <summary>The command line on the fixtures: what it says, what it writes, how it fails.</summary>
public sealed class ModelToolTests : IDisposable
{
    private static readonly string OpenAi = RepositoryFiles.Data("huggingface", "tf-gpt2");
    private static readonly string Google = RepositoryFiles.Data("huggingface", "tf-bert");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Inspect_GptTwoSimple_SaysWhatItTakes()
    {
        var (code, output, _) = await RunAsync("inspect", OpenAi);
        Assert.Equal(0, code);
        Assert.Contains("family      GPT-2: 3 layers, 4 heads, 64 wide", output, StringComparison.Ordinal);
        Assert.Contains("weights     model-1000.index: 40 tensors, F32, 212,224 parameters", output, StringComparison.Ordinal);
        Assert.Contains("vocabulary  843 tokens", output, StringComparison.Ordinal);
        Assert.Contains("KV cache    196.6 kB a sequence of 128 tokens; 98.3 kB in int8 and int4 with AVX-512 and VNNI", output, StringComparison.Ordinal); // 2 * 3 layers * 128 * 64 * 4
        Assert.Contains("tokenizer   encoder.json and vocab.bpe\n", output, StringComparison.Ordinal);
        Assert.Contains("precision   auto (default: fp32 on a CPU, fp16 on CUDA), fp32, fp16 (CUDA only), int8, int4\n", output, StringComparison.Ordinal);
        Assert.Contains("memory      weights: fp32 1.1 MB, fp16 424.4 kB", output, StringComparison.Ordinal);
        Assert.Contains("h.2.mlp.c_fc.weight", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_GoogleExport_NamesTheLabels()
    {
        var (code, output, _) = await RunAsync("inspect", Google);
        Assert.Equal(0, code);
        Assert.Contains("family      BERT classifier: 3 layers, 4 heads, 64 wide", output, StringComparison.Ordinal);
        Assert.Contains("labels      toxic, severe_toxic, obscene, threat, insult, identity_hate (MultiLabel)", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("bert")]
    [InlineData("tf-gpt2")]
    [InlineData("tf-bert")]
    public async Task Verify_WholeCheckpoint_SaysSo(string fixture)
    {
        var (code, output, _) = await RunAsync("verify", RepositoryFiles.Data("huggingface", fixture));
        Assert.Equal(0, code);
        Assert.Contains("bytes are whole and finite", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_WeightThatIsNotFinite_NamesTheTensor()
    {
        using var copy = new FixtureCopy(Gpt2Golden.Folder)
            .Change(t => t.Name == "transformer.ln_f.bias" ? t with { Bytes = [.. BitConverter.GetBytes(float.NaN), .. t.Bytes[4..]] } : t).Save();
        var (code, _, error) = await RunAsync("verify", copy.FullPath);
        Assert.Equal(1, code);
        Assert.Contains("tensor \"transformer.ln_f.bias\": found an infinity or NaN; accepted: finite weights", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_NoVocabulary_Refused()
    {
        using var copy = new FixtureCopy(BertGolden.Folder).Save();
        Assert.Contains("tokenizer   none, and none can be served without; accepted: vocab.txt, or tokenizer.json\n",
            (await RunAsync("inspect", copy.FullPath)).Output, StringComparison.Ordinal);
        var (code, _, error) = await RunAsync("verify", copy.FullPath);
        Assert.Equal((1, $"model: {copy.FullPath}: found no vocabulary; accepted: vocab.txt, or tokenizer.json\n"), (code, error));
    }

    // A bit of a weight, which stays a number.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Verify_PyTorchFileWithAFlippedBit_NamesTheEntry(bool isSharded)
    {
        foreach (var file in Directory.GetFiles(Gpt2Golden.Folder).Where(file => Path.GetExtension(file) != ".safetensors"))
            File.Copy(file, _folder.File(Path.GetFileName(file)));
        var bytes = await File.ReadAllBytesAsync(RepositoryFiles.Data("huggingface", "pytorch-gpt2", "pytorch_model.bin"));
        var name = isSharded ? "pytorch_model-00001-of-00001.bin" : "pytorch_model.bin";
        _folder.Write(name, bytes);
        if (isSharded)
        {
            using var source = PyTorchFile.Open(_folder.File(name));
            _folder.Write("pytorch_model.bin.index.json", System.Text.Json.JsonSerializer.Serialize(new { weight_map = source.Tensors.Keys.ToDictionary(tensor => tensor, _ => name) }));
        }
        Assert.Equal(0, (await RunAsync("verify", _folder.FullPath)).Code);
        bytes[bytes.Length / 2] ^= 1;
        _folder.Write(name, bytes);
        var (code, _, error) = await RunAsync("verify", _folder.FullPath);
        Assert.Equal(1, code);
        Assert.Matches($"^model: .*/{name}: found a wrong checksum of the [0-9]+ bytes of \".*/data/[0-9]+\" at [0-9]+; accepted: the bytes that torch.save wrote\n$", error);
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("config.json")]
    [InlineData("merges.txt")]
    public async Task Verify_ConvertedFolderWithAChangedFile_NamesIt(string file)
    {
        await RunAsync("convert", OpenAi, "--out", _folder.File("gpt2"));
        var path = _folder.File($"gpt2/{file}");
        var bytes = await File.ReadAllBytesAsync(path);
        if (file == "model.safetensors")
            bytes[bytes.Length / 2] ^= 1; // of a weight that the compiled graph's fingerprint has no sample of
        else
            bytes[^1] = (byte)' '; // the last line's end, or the space behind it
        await File.WriteAllBytesAsync(path, bytes);
        var (code, _, error) = await RunAsync("verify", _folder.File("gpt2"));
        Assert.Equal(1, code);
        Assert.Contains($"{file}: found other bytes than were written; accepted: those of SHA256SUMS; convert it again", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Convert_GptTwoSimple_FolderThatComputesTheSame()
    {
        var (code, output, _) = await RunAsync("convert", OpenAi, "--out", _folder.File("gpt2"));
        Assert.Equal(0, code);
        Assert.Contains("40 tensors of", output, StringComparison.Ordinal);
        Assert.Equal(["SHA256SUMS", "compiled/fp32/SHA256SUMS", "compiled/fp32/graph.onnx", "config.json", "merges.txt", "model.safetensors", "vocab.json"],
            StoreTestFolder.FilesIn(_folder.File("gpt2")));
        var expected = TestTensor.ReadFile(Path.Combine(Gpt2Golden.Folder, "model.safetensors")).ToDictionary(t => t.Name);
        Assert.All(TestTensor.ReadFile(_folder.File("gpt2/model.safetensors")), t => Assert.True(t.SameAs(expected[t.Name]), t.Name));
        var config = Gpt2Config.Load(_folder.File("gpt2"));
        Assert.Equivalent(Gpt2Config.Load(Gpt2Golden.Folder), config);
    }

    [Fact]
    public async Task Convert_GoogleExport_FolderThatComputesTheSame()
    {
        Assert.Equal(0, (await RunAsync("convert", Google, "--out", _folder.File("bert"))).Code);
        var expected = TestTensor.ReadFile(Path.Combine(BertGolden.Folder, "model.safetensors")).ToDictionary(t => t.Name);
        var written = TestTensor.ReadFile(_folder.File("bert/model.safetensors"));
        Assert.Equal(expected.Count, written.Count);
        Assert.All(written, t => Assert.True(t.SameAs(expected[t.Name]), t.Name));
        Assert.Equivalent(BertConfig.Load(BertGolden.Folder), BertConfig.Load(_folder.File("bert")));
    }

    [Theory]
    [InlineData("gelu_new")]
    [InlineData("quick_gelu")]
    [InlineData("relu")]
    [InlineData("swish")]
    [InlineData("tanh")]
    public async Task Convert_GoogleExportOfAnotherActivation_FolderThatComputesTheSame(string activation)
    {
        using var copy = new GoogleExportCopy().Configure("hidden_act", activation);
        Assert.Equal(0, (await RunAsync("convert", copy.FullPath, "--out", _folder.File("bert"))).Code);
        Assert.Equal(BertConfig.Load(copy.FullPath).Activation, BertConfig.Load(_folder.File("bert")).Activation);
        using var original = BertModel.Load(copy.FullPath, new SessionSettings(1));
        using var converted = BertModel.Load(_folder.File("bert"), new SessionSettings(1));
        Assert.Equal(BertRun.Logits(original, [5, 9, 2]), BertRun.Logits(converted, [5, 9, 2]));
    }

    [Theory]
    [InlineData("fp32")]
    [InlineData("fp16")]
    [InlineData("int8")]
    [InlineData("int4")]
    public async Task Convert_Twice_SameBytes(string precision)
    {
        await RunAsync("convert", Google, "--out", _folder.File("one"), "--precision", precision);
        await RunAsync("convert", Google, "--precision", precision, "--out", _folder.File("two"));
        Assert.Equal(StoreTestFolder.FilesIn(_folder.File("one")), StoreTestFolder.FilesIn(_folder.File("two")));
        foreach (var file in StoreTestFolder.FilesIn(_folder.File("one")))
            Assert.Equal(await File.ReadAllBytesAsync(_folder.File($"one/{file}")), await File.ReadAllBytesAsync(_folder.File($"two/{file}")));
    }

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.Int8)]
    [InlineData(Precision.Int4)]
    public async Task Convert_ToAPrecision_TheCompiledGraphIsServedAndComputesTheSame(Precision precision)
    {
        var converted = _folder.File("gpt2");
        var name = precision.ToString().ToLowerInvariant();
        var (code, output, _) = await RunAsync("convert", OpenAi, "--out", converted, "--precision", name);
        Assert.Equal(0, code);
        Assert.EndsWith($"compiled for Model__Precision={name}\n", output, StringComparison.Ordinal);
        Assert.Contains($"compiled    {name}\n", (await RunAsync("inspect", converted)).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("verify", converted)).Code);
        var settings = new SessionSettings(1, precision);
        Assert.Equal(Logits(OpenAi, settings), Logits(converted, settings));

        // Elsewhere, too: no name of the machine that compiled is in it.
        Directory.Move(converted, _folder.File("moved"));
        Assert.Equal(Logits(OpenAi, settings), Logits(_folder.File("moved"), settings));
    }

    [Fact]
    public async Task Convert_ToInt8_RoundedWeightsAreReadAndVerified()
    {
        await RunAsync("convert", OpenAi, "--out", _folder.File("gpt2"), "--precision", "int8");
        var weights = _folder.File("gpt2/compiled/int8/weights.bin");
        await File.WriteAllBytesAsync(weights, new byte[new FileInfo(weights).Length]);

        Assert.NotEqual(Logits(OpenAi, new SessionSettings(1, Precision.Int8)), Logits(_folder.File("gpt2"), new SessionSettings(1, Precision.Int8)));
        var (code, _, error) = await RunAsync("verify", _folder.File("gpt2"));
        Assert.Equal(1, code);
        Assert.Contains("weights.bin: found other bytes than were written; accepted: those of SHA256SUMS; convert it again", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Convert_WeightsReplacedAfterwards_TheCompiledGraphIsNotServed()
    {
        await RunAsync("convert", OpenAi, "--out", _folder.File("gpt2"), "--precision", "int8");
        using var other = new FixtureCopy(_folder.File("gpt2")).Change(t => t.Name == "transformer.wpe.weight" ? t with { Bytes = new byte[t.Bytes.Length] } : t).Save();
        File.Copy(Path.Combine(other.FullPath, "model.safetensors"), _folder.File("gpt2/model.safetensors"), overwrite: true);

        Assert.Equal(Logits(other.FullPath, new SessionSettings(1, Precision.Int8)), Logits(_folder.File("gpt2"), new SessionSettings(1, Precision.Int8)));
        File.Delete(_folder.File("gpt2/SHA256SUMS"));
        var (code, _, error) = await RunAsync("verify", _folder.File("gpt2"));
        Assert.Equal(1, code);
        Assert.Contains("found the graph of other weights, or of another release; accepted: that of these; convert it again", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Convert_ToFp16_RoundsTheWeightsToNearest()
    {
        await RunAsync("convert", OpenAi, "--out", _folder.File("gpt2"), "--precision", "fp16");
        var expected = TestTensor.ReadFile(Path.Combine(Gpt2Golden.Folder, "model.safetensors")).ToDictionary(t => t.Name);
        Assert.All(TestTensor.ReadFile(_folder.File("gpt2/model.safetensors")), t => Assert.True(t.SameAs(FixtureCopy.ToF16(expected[t.Name])), t.Name));
        var difference = Numbers.LargestDifference(
            Logits(OpenAi, new SessionSettings(1)), Logits(_folder.File("gpt2"), new SessionSettings(1)));
        Assert.InRange(difference, 1e-6f, 0.05f);
    }

    [Fact]
    public async Task Convert_ToFp16WeightThatIsTooLarge_RefusedByName()
    {
        using var copy = new FixtureCopy(Gpt2Golden.Folder)
            .Change(t => t.Name == "transformer.ln_f.bias" ? t with { Bytes = [.. BitConverter.GetBytes(70_000f), .. t.Bytes[4..]] } : t).Save();
        var (code, _, error) = await RunAsync("convert", copy.FullPath, "--out", _folder.File("gpt2"), "--precision", "fp16");
        Assert.Equal(1, code);
        Assert.Contains("tensor \"transformer.ln_f.bias\": found the weight 70000; accepted: at most 65,504 in fp16", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("gpt2")));
    }

    [Fact]
    public async Task Convert_IntoAFolderWithFiles_RefusedAndUntouched()
    {
        _folder.Write("mine.txt", "keep");
        var (code, _, error) = await RunAsync("convert", Google, "--out", _folder.FullPath);
        Assert.Equal(1, code);
        Assert.Contains("a folder that is not empty", error, StringComparison.Ordinal);
        Assert.Equal(["mine.txt"], StoreTestFolder.FilesIn(_folder.FullPath));
    }

    [Theory]
    [InlineData("unknown command 'load'; known: inspect, verify, fetch, convert", "load", "x")]
    [InlineData("inspect needs the address of a checkpoint", "inspect")]
    [InlineData("convert needs --out DIR", "convert", "x")]
    [InlineData("'--out' is no option of verify, or lacks its value", "verify", "x", "--out", "y")]
    [InlineData("unknown precision 'int2'; known: fp32, fp16, int8, int4", "convert", "x", "--out", "y", "--precision", "int2")]
    [InlineData("'--precision' is no option of inspect, or lacks its value", "inspect", "x", "--precision", "int8")]
    [InlineData("'y' is one address too many", "verify", "x", "y")]
    [InlineData("'--cache' is no option of fetch, or lacks its value", "fetch", "x", "--cache")]
    public async Task Run_Misused_SaysHowToUseIt(string expected, params string[] arguments)
    {
        var (code, _, error) = await RunAsync(arguments);
        Assert.Equal(2, code);
        Assert.StartsWith($"model: {expected}", error, StringComparison.Ordinal);
        Assert.Contains("usage: model inspect URI", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_NoCheckpoint_OneLine()
    {
        var (code, output, error) = await RunAsync("inspect", _folder.FullPath);
        Assert.Equal((1, ""), (code, output));
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static float[] Logits(string folder, SessionSettings settings)
    {
        using var model = Gpt2Model.Load(CheckpointFolder.Existing(folder), settings);
        return new Gpt2Run(model).Whole([5, 9, 2]);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await new ModelTool(output, error, hasTerminal: false).RunAsync(arguments, CancellationToken.None);
        return (code, output.ToString(), error.ToString());
    }
}
