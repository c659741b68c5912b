using System.Diagnostics;
using System.Globalization;
using ElasticSynapse.Tests;

namespace ElasticSynapse.EndToEnd.Tests.Benchmarks;

/// <summary>The benchmarks run, on small checkpoints and without peers, and their tables are full.</summary>
public class BenchTests
{
    // An upper bound for a busy machine, not an expectation.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("generator", "gpt2", "fp32", 6)]
    [InlineData("generator", "gpt2", "engine-fp32", 4)]
    [InlineData("classifier", "bert", "fp32", 5)]
    [InlineData("classifier", "bert", "engine-fp32", 4)]
    [InlineData("classifier", "bert", "padded-fp32", 4)]
    public async Task Bench_SmallCheckpoint_MeasuresEveryFigureOfTheContender(string benchmark, string checkpoint, string contender, int figures)
    {
        var (code, output, errors) = await BenchAsync(
            benchmark, "--checkpoint", RepositoryFiles.Data("huggingface", checkpoint), "--rounds", "1", "--seconds", "1", "--only", contender);

        Assert.True(code == 0, errors);
        var row = output.Split('\n').Single(line => line.StartsWith($"| {contender} ", StringComparison.Ordinal));
        var values = row.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)[1..];
        var measured = values.Where(value => value != "–").Select(value => double.Parse(value, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(figures, measured.Count);
        Assert.All(measured, value => Assert.True(value > 0, row));
    }

    // What scripts/gpu-check runs on a machine with a GPU, here as far as a CPU goes: it can compute in fp16, too.
    [Fact]
    public async Task Devices_OnTheCpuInHalfPrecision_ComputesWhatHuggingFaceDoes()
    {
        var (code, output, errors) = await BenchAsync("devices", RepositoryFiles.Data("huggingface", ""), "cpu", "0");

        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("| GPT-2: next tokens that are Hugging Face's           |    5 of 5 |    5 of 5 |", output, StringComparison.Ordinal);
        Assert.Contains("passed: no logit is further than 0.1 from Hugging Face's", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Devices_OnAGpuThatIsNotThere_SaysWhatIsMissing()
    {
        var (code, output, errors) = await BenchAsync("devices", RepositoryFiles.Data("huggingface", ""), "cuda:0", "0");

        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("bench: Runtime__Device='cuda:0': this build has no libonnxruntime_providers_cuda.so", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--only names 'fp64'; known with --checkpoint: fp32, ", "generator", "--checkpoint", "x", "--only", "fp64")]
    [InlineData("--rounds 'many' must be a number from 1 to 1,000", "classifier", "--rounds", "many")]
    [InlineData("--checkpoint has no effect here: the gateway reads none", "gateway", "--checkpoint", "x")]
    [InlineData("unknown option '--fast'; known: --rounds, --seconds, --only, --peers, --checkpoint", "generator", "--fast", "yes")]
    [InlineData("unknown benchmark 'writer'; known: generator, classifier", "writer")]
    public async Task Bench_Mistake_IsNamed(string message, params string[] arguments)
    {
        var (code, _, errors) = await BenchAsync(arguments);

        Assert.Equal(2, code);
        Assert.StartsWith($"bench: {message}", errors, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Errors)> BenchAsync(params string[] arguments)
    {
        var assembly = Path.Combine(RepositoryFiles.Root, "benchmarks", "bin", "Release", "net10.0", "ElasticSynapse.Benchmarks.dll");
        using var bench = Process.Start(new ProcessStartInfo("dotnet", [assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var patience = new CancellationTokenSource(Patience);
        var output = bench.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = bench.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            return (await ExitCodeAsync(), await output, await errors);
        }
        finally
        {
            bench.Kill(entireProcessTree: true);
        }

        async Task<int> ExitCodeAsync()
        {
            await bench.WaitForExitAsync(patience.Token);
            return bench.ExitCode;
        }
    }
}
