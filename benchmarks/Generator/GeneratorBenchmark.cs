using System.Globalization;
using ElasticSynapse.Benchmarks.Contenders;
using ElasticSynapse.Benchmarks.Load;
using ElasticSynapse.Benchmarks.Report;
using ElasticSynapse.Serving.Models;
using static ElasticSynapse.Benchmarks.Generator.GeneratorFigures;

namespace ElasticSynapse.Benchmarks.Generator;

/// <summary>Our model-server beside llama.cpp and transformers: the same weights, the same prompts, in turns.</summary>
internal static class GeneratorBenchmark
{
    /// <summary>Contenders of ours, which run on any checkpoint.</summary>
    public static readonly IReadOnlyList<string> Ours = ["fp32", "int8", "int4", "engine-fp32", "engine-int8", "engine-int4"];

    /// <summary>Contenders that need the peers' root.</summary>
    public static readonly IReadOnlyList<string> Peers = ["llama-q8", "llama-q4", "transformers"];

    private static readonly Target[] Targets =
    [
        new("fp32", "transformers", Together, 3.5),
        new("fp32", "engine-fp32", Together, 0.92),
        new("int8", "llama-q8", Together, 3.3),
        new("int8", "llama-q8", FirstToken, 0.3, IsUpper: true),
        new("int8", "llama-q8", Alone, 1.4),
        new("int8", "llama-q8", Prefill, 4.5),
        new("int8", "engine-int8", Together, 0.92),
        new("int4", "llama-q4", Together, 1.5),
        new("int4", "llama-q4", Alone, 1.6),
        new("int4", "engine-int4", Together, 0.92),
    ];

    public static async Task RunAsync(BenchmarkOptions options)
    {
        var checkpoint = await options.CheckpointAsync("gpt2-124m");
        var config = Gpt2Config.Load(checkpoint);
        // 128 and 64 for the real model's 1,024 positions; as much as fits in smaller ones.
        var workload = new Workload(Math.Min(128, config.Positions / 2), Math.Min(64, config.Positions / 4), config.VocabularySize);
        var contenders = options.Contenders.Select(name => Contender(name, checkpoint, workload, options)).ToList();
        var measurements = await Turns.RunAsync(contenders, options.Rounds);

        var setting = string.Create(CultureInfo.InvariantCulture,
            $"GPT-2 of {config.Layers} layers, width {config.HiddenSize}, {config.VocabularySize:N0} tokens; prompts of {workload.PromptTokens} random tokens, {workload.NewTokens} new ones each; medians of {options.Rounds} rounds of {options.Seconds} s. Servers stream over HTTP; engine-* and transformers run batches of {Streams} without it.");
        Console.Write(new BenchmarkReport(setting, options.Contenders,
            [Together, FirstToken, Alone, Prefill, Measurements.PeakMemory, Allocated], Targets).Show(measurements));
    }

    private static IContender Contender(string name, string checkpoint, Workload workload, BenchmarkOptions options) => name.Split('-') switch
    {
        ["llama", "q8"] => Llama(name, "Q8_0", workload, options),
        ["llama", "q4"] => Llama(name, "Q4_0", workload, options),
        ["transformers"] => new GeneratorWorker(
            new Worker(name, Commands.Peer(options.Peers, "python3", "transformers_gpt2.py", "gpt2-124m")), workload, options.Seconds),
        ["engine", var precision] => new GeneratorWorker(new Worker(name, Commands.Engine("gpt2-engine", checkpoint, precision)), workload, options.Seconds),
        _ => new GeneratorServer(new Server(name, "/readyz", port => Commands.Service("model-server", "ModelServer", port, checkpoint,
            ("Model__Precision", name),
            // A model of random weights repeats itself, so that every guess from its own text would come true.
            ("Scheduler__DraftTokens", "0"),
            ("Scheduler__MaxSequences", Number(Streams)))), workload, options.Seconds),
    };

    private static GeneratorServer Llama(string name, string quantization, Workload workload, BenchmarkOptions options) => new(
        new Server(name, "/health", port => Commands.Peer(options.Peers,
            "llama-server", "--model", $"gpt2-{quantization}.gguf", "--host", "127.0.0.1", "--port", Number(port),
            "--threads", Number(Environment.ProcessorCount), "--parallel", Number(Streams),
            // As much context a slot as the requests need; more would cost it memory.
            "--ctx-size", Number(Streams * 256),
            // Prompts never come back here; keeping them for later would only cost it time.
            "--cache-ram", "0")),
        workload, options.Seconds);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
