using System.Diagnostics;
using ElasticSynapse.Benchmarks.Contenders;
using ElasticSynapse.Benchmarks.Load;
using ElasticSynapse.Benchmarks.Report;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Benchmarks.Generator;

/// <summary>Our model-server beside llama.cpp and transformers: the same weights, the same prompts, in turns.</summary>
internal static class GeneratorBenchmark
{
    /// <summary>What <c>--only</c> chooses from.</summary>
    public static readonly IReadOnlyList<string> Names = [.. Ours, .. Peers];

    private static string[] Ours => ["fp32", "engine-fp32"];

    private static string[] Peers => ["llama-q8", "llama-q4", "transformers"];

    public static async Task RunAsync(BenchmarkOptions options)
    {
        options = await WithCheckpointAsync(options);
        var checkpoint = options.Checkpoint!;
        var config = Gpt2Config.Load(checkpoint);
        // 128 and 64 for the real model's 1,024 positions; as much as fits in smaller ones.
        var workload = new Workload(Math.Min(128, config.Positions / 2), Math.Min(64, config.Positions / 4), config.VocabularySize);

        var contenders = options.Only.Select(name => Contender(name, checkpoint, workload, options)).ToList();
        var measurements = new Measurements();
        try
        {
            foreach (var contender in contenders)
            {
                await Console.Error.WriteLineAsync($"bench: starting {contender.Name}");
                await contender.StartAsync();
            }
            for (var round = 0; round < options.Rounds; round++)
            {
                await Console.Error.WriteLineAsync($"bench: round {round + 1} of {options.Rounds}, load {Machine.Load()}");
                // One measure of all before the next, and each round begins with another, so that the machine's busy moments
                // hit everyone alike.
                var turns = contenders.Skip(round % contenders.Count).Concat(contenders.Take(round % contenders.Count)).ToList();
                foreach (var contender in turns)
                {
                    await contender.MeasureTogetherAsync(round, measurements);
                }
                foreach (var contender in turns)
                {
                    await contender.MeasureAloneAsync(round, measurements);
                }
            }
            var peaks = contenders.ToDictionary(contender => contender.Name, contender => contender.PeakMemoryBytes(), StringComparer.Ordinal);
            Console.Write(new GeneratorReport(options, config, workload, measurements, peaks));
        }
        finally
        {
            foreach (var contender in contenders)
            {
                await contender.DisposeAsync();
            }
        }
    }

    // The peers' root also holds the checkpoint that everyone runs.
    private static async Task<BenchmarkOptions> WithCheckpointAsync(BenchmarkOptions options)
    {
        if (options.Checkpoint is not null)
        {
            return options with { Only = [.. options.Only.Intersect(Ours)] };
        }
        using var setup = Process.Start(Path.Combine(Repository.Root, "benchmarks", "peers", "setup"), [options.Peers]);
        await setup.WaitForExitAsync();
        return setup.ExitCode == 0
            ? options with { Checkpoint = Path.Combine(options.Peers, "w", "gpt2-124m") }
            : throw new BenchmarkException("the peers could not be set up; --checkpoint measures ours alone");
    }

    private static IContender Contender(string name, string checkpoint, Workload workload, BenchmarkOptions options) => name switch
    {
        "llama-q8" => new LlamaServerContender(name, "Q8_0", options.Peers, workload, options.Seconds),
        "llama-q4" => new LlamaServerContender(name, "Q4_0", options.Peers, workload, options.Seconds),
        "transformers" => new WorkerContender(name, new ProcessStartInfo(Path.Combine(Repository.Root, "benchmarks", "peers", "inside"),
            [options.Peers, "python3", "transformers_worker.py", "gpt2-124m"]), workload, options.Seconds),
        "engine-fp32" => new WorkerContender(name, new ProcessStartInfo("dotnet",
            [typeof(GeneratorBenchmark).Assembly.Location, "engine", checkpoint]), workload, options.Seconds),
        _ => new ModelServerContender(name, checkpoint, workload, options.Seconds),
    };
}
