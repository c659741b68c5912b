using System.Globalization;
using ElasticSynapse.Benchmarks;
using ElasticSynapse.Benchmarks.Classifier;
using ElasticSynapse.Benchmarks.Devices;
using ElasticSynapse.Benchmarks.Gateway;
using ElasticSynapse.Benchmarks.Generator;
using ElasticSynapse.Benchmarks.Loading;
using ElasticSynapse.Benchmarks.Scrapes;
using ElasticSynapse.Serving.Models;

try
{
    switch (args)
    {
        case ["generator", .. var options]:
            await GeneratorBenchmark.RunAsync(BenchmarkOptions.Read(options, GeneratorBenchmark.Ours, GeneratorBenchmark.Peers));
            return 0;
        case ["classifier", .. var options]:
            await ClassifierBenchmark.RunAsync(BenchmarkOptions.Read(options, ClassifierBenchmark.Ours, ClassifierBenchmark.Peers));
            return 0;
        case ["load", .. var options]:
            await LoadingBenchmark.RunAsync(BenchmarkOptions.Read(options, LoadingBenchmark.Ours, LoadingBenchmark.Peers));
            return 0;
        case ["gateway", .. var options]:
            await GatewayBenchmark.RunAsync(BenchmarkOptions.Read(options, GatewayBenchmark.Ours, GatewayBenchmark.Peers, seconds: 4));
            return 0;
        case ["scrape", .. var options]:
            await ScrapeBenchmark.RunAsync(BenchmarkOptions.Read(options, ScrapeBenchmark.Ours, [], rounds: 3, seconds: 4));
            return 0;
        // What follows is started by the benchmarks themselves.
        case ["gpt2-engine", var checkpoint, var precision]:
            Gpt2Engine.Serve(checkpoint, precision, Console.In, Console.Out);
            return 0;
        case ["gpt2-load", var checkpoint, var precision, .. var cache]:
            Gpt2Loading.Serve(checkpoint, precision, cache.FirstOrDefault(), Console.In, Console.Out);
            return 0;
        case ["bert-engine", var checkpoint, var precision]:
            BertEngine.Serve(checkpoint, precision, Console.In, Console.Out);
            return 0;
        case ["bert-padded", var checkpoint, var precision, var port]:
            await PaddedServer.RunAsync(checkpoint, precision, int.Parse(port, CultureInfo.InvariantCulture));
            return 0;
        case ["devices", var data, var device, var layers]:
            return DeviceCheck.Run(data, device, int.Parse(layers, CultureInfo.InvariantCulture), Console.Out) ? 0 : 1;
        case ["trivial-upstream", var port]:
            await TrivialUpstream.RunAsync(int.Parse(port, CultureInfo.InvariantCulture));
            return 0;
        case ["bare-yarp", var port, var upstream]:
            await BareYarp.RunAsync(int.Parse(port, CultureInfo.InvariantCulture), upstream);
            return 0;
        default:
            throw new ArgumentException($"unknown benchmark '{args.FirstOrDefault()}'; known: generator, classifier, load, gateway, scrape");
    }
}
catch (Exception exception) when (exception is ArgumentException or BenchmarkException or CheckpointException or HttpRequestException)
{
    await Console.Error.WriteLineAsync($"bench: {exception.Message}");
    return exception is ArgumentException ? 2 : 1;
}
