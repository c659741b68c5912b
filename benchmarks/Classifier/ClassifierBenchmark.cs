using System.Globalization;
using ElasticSynapse.Benchmarks.Contenders;
using ElasticSynapse.Benchmarks.Report;
using ElasticSynapse.Serving.Models;
using static ElasticSynapse.Benchmarks.Classifier.ClassifierFigures;

namespace ElasticSynapse.Benchmarks.Classifier;

/// <summary>Our classifier beside transformers and a server of padded batches: the same weights, the same texts, in turns.</summary>
internal static class ClassifierBenchmark
{
    /// <summary>Contenders that run on any checkpoint.</summary>
    public static readonly IReadOnlyList<string> Ours = ["fp32", "int8", "engine-fp32", "engine-int8", "padded-fp32", "padded-int8"];

    /// <summary>Contenders that need the peers' root.</summary>
    public static readonly IReadOnlyList<string> Peers = ["transformers-fp32", "transformers-int8"];

    private static readonly Target[] Targets =
    [
        new("engine-fp32", "transformers-fp32", Medium, 1.9),
        new("engine-int8", "transformers-int8", Medium, 1.25),
        new("engine-int8", "transformers-int8", Short, 1.7),
        new("fp32", "padded-fp32", Mixed, 3),
        new("int8", "padded-int8", Mixed, 3),
        new("fp32", "engine-fp32", Mixed, 0.93),
        new("int8", "engine-int8", Mixed, 0.93),
    ];

    public static async Task RunAsync(BenchmarkOptions options)
    {
        var checkpoint = await options.CheckpointAsync("bert-base");
        var config = BertConfig.Load(checkpoint);
        var contenders = options.Contenders.Select(name => Contender(name, checkpoint, config.Positions, options)).ToList();
        var measurements = await Turns.RunAsync(contenders, options.Rounds);

        var setting = string.Create(CultureInfo.InvariantCulture,
            $"BERT of {config.Layers} layers, width {config.HiddenSize}, {config.Labels.Count} labels; {Clients} clients with texts of log-normal lengths, median 35 tokens, up to {config.Positions}; medians of {options.Rounds} rounds of {options.Seconds} s. fp32, int8 and padded-* over HTTP; engine-* and transformers-* without it.");
        Console.Write(new BenchmarkReport(setting, options.Contenders,
            [Short, Medium, Mixed, Typical, Slow, Measurements.PeakMemory, Allocated], Targets).Show(measurements));
    }

    private static IContender Contender(string name, string checkpoint, int maxTokens, BenchmarkOptions options) => name.Split('-') switch
    {
        ["transformers", var precision] => new ClassifierWorker(
            new Worker(name, Commands.Peer(options.Peers, "python3", "transformers_bert.py", "bert-base", precision)), options.Seconds, runsMixed: false),
        ["engine", var precision] => new ClassifierWorker(new Worker(name, Commands.Engine("bert-engine", checkpoint, precision)), options.Seconds, runsMixed: true),
        ["padded", var precision] => new ClassifierServer(
            new Server(name, "/readyz", port => Commands.Engine("bert-padded", checkpoint, precision, Number(port))), maxTokens, options.Seconds),
        _ => new ClassifierServer(
            new Server(name, "/readyz", port => Commands.Service("classifier", "Classifier", port, checkpoint, ("Model__Precision", name))), maxTokens, options.Seconds),
    };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
