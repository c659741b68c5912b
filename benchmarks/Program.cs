using ElasticSynapse.Benchmarks;
using ElasticSynapse.Benchmarks.Generator;

try
{
    switch (args)
    {
        case ["generator", .. var options]:
            await GeneratorBenchmark.RunAsync(BenchmarkOptions.Read(options, GeneratorBenchmark.Ours, GeneratorBenchmark.Peers));
            return 0;
        case ["gpt2-engine", var checkpoint]: // started by the benchmark
            Gpt2Engine.Serve(checkpoint, Console.In, Console.Out);
            return 0;
        default:
            throw new ArgumentException($"unknown benchmark '{args.FirstOrDefault()}'; known: generator");
    }
}
catch (Exception exception) when (exception is ArgumentException or BenchmarkException or HttpRequestException)
{
    await Console.Error.WriteLineAsync($"bench: {exception.Message}");
    return exception is ArgumentException ? 2 : 1;
}
