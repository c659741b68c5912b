using System.Globalization;
using ElasticSynapse.Benchmarks.Contenders;
using ElasticSynapse.Benchmarks.Report;
using ElasticSynapse.Serving.Models;
using static ElasticSynapse.Benchmarks.Loading.LoadingFigures;

namespace ElasticSynapse.Benchmarks.Loading;

/// <summary>From a checkpoint folder to the first token, in each format, beside transformers on the same files.</summary>
internal static class LoadingBenchmark
{
    /// <summary>Contenders that run on any checkpoint.</summary>
    public static readonly IReadOnlyList<string> Ours = ["fp32", "int8", "int4", "int8-kept", "int4-kept"];

    /// <summary>Contenders that need the peers' root, which has the other formats.</summary>
    public static readonly IReadOnlyList<string> Peers = ["fp32-bin", "fp32-tensorflow", "transformers", "transformers-bin"];

    private static readonly Target[] Targets =
    [
        new("fp32", "transformers", Loaded, 1, IsUpper: true),
        new("fp32-bin", "transformers-bin", Loaded, 1, IsUpper: true),
        new("fp32", "transformers", Started, 1, IsUpper: true),
        new("fp32-bin", "transformers-bin", Started, 1, IsUpper: true),
        new("fp32-tensorflow", "fp32", Loaded, 2, IsUpper: true),
        new("fp32", Weights, Measurements.PeakMemory, 1.3, IsUpper: true),
        new("fp32", "transformers", Measurements.PeakMemory, 1, IsUpper: true),
    ];

    public static async Task RunAsync(BenchmarkOptions options)
    {
        var checkpoint = await options.CheckpointAsync("gpt2-124m");
        var config = Gpt2Config.Load(checkpoint);
        var contenders = options.Contenders.Select(name => Contender(name, checkpoint, options)).ToList();
        var measurements = await Turns.RunAsync(contenders, options.Rounds);
        var bytes = WeightBytes(checkpoint);
        measurements.Add(Weights, Measurements.PeakMemory, bytes / (double)(1 << 20));

        var setting = string.Create(CultureInfo.InvariantCulture,
            $"GPT-2 of {config.Layers} layers, width {config.HiddenSize}, {config.VocabularySize:N0} tokens, {bytes:N0} bytes of weights in the page cache; from the folder to the logits of one token, without the start of .NET or Python and its imports and with it; medians of {options.Rounds} rounds, each a process of its own.");
        Console.Write(new BenchmarkReport(setting, [.. options.Contenders, Weights], [Loaded, Started, Measurements.PeakMemory], Targets).Show(measurements));
    }

    private static long WeightBytes(string checkpoint)
    {
        using var source = CheckpointTensors.Open(checkpoint);
        return source.Tensors.Values.Sum(tensor => tensor.ByteLength);
    }

    private static LoadingContender Contender(string name, string checkpoint, BenchmarkOptions options) => new(name, name.Split('-') switch
    {
        ["transformers"] => () => Commands.Peer(options.Peers, "python3", "transformers_load.py", "gpt2-124m"),
        ["transformers", "bin"] => () => Commands.Peer(options.Peers, "python3", "transformers_load.py", "gpt2-124m-bin"),
        [var precision, "bin"] => () => Commands.Engine("gpt2-load", $"{checkpoint}-bin", precision),
        [var precision, "tensorflow"] => () => Commands.Engine("gpt2-load", TensorFlowCopy.Of(checkpoint), precision),
        // The first load rounds the weights, which is not measured.
        [var precision, "kept"] => () => Commands.Engine("gpt2-load", checkpoint, precision, Path.Combine(Repository.Root, "artifacts", "bench", "cache")),
        _ => () => Commands.Engine("gpt2-load", checkpoint, name),
    });
}
