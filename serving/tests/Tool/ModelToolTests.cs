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
        Assert.Contains("KV cache    196.6 kB a sequence of 128 tokens", output, StringComparison.Ordinal); // 2 * 3 layers * 128 * 64 * 4
        Assert.Contains("memory      weights: fp32 848.9 kB", output, StringComparison.Ordinal);
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
    public async Task Convert_GptTwoSimple_FolderThatComputesTheSame()
    {
        var (code, output, _) = await RunAsync("convert", OpenAi, "--out", _folder.File("gpt2"));
        Assert.Equal(0, code);
        Assert.Contains("40 tensors of", output, StringComparison.Ordinal);
        Assert.Equal(["config.json", "merges.txt", "model.safetensors", "vocab.json"], StoreTestFolder.FilesIn(_folder.File("gpt2")));
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

    [Fact]
    public async Task Convert_Twice_SameBytes()
    {
        await RunAsync("convert", Google, "--out", _folder.File("one"));
        await RunAsync("convert", Google, "--out", _folder.File("two"));
        foreach (var file in StoreTestFolder.FilesIn(_folder.File("one")))
            Assert.Equal(await File.ReadAllBytesAsync(_folder.File($"one/{file}")), await File.ReadAllBytesAsync(_folder.File($"two/{file}")));
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

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await new ModelTool(output, error, hasTerminal: false).RunAsync(arguments, CancellationToken.None);
        return (code, output.ToString(), error.ToString());
    }
}
