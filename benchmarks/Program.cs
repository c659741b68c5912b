using ElasticSynapse.Benchmarks;
using ElasticSynapse.Benchmarks.Engine;
using ElasticSynapse.Benchmarks.Generator;

try
{
    switch (args)
    {
        case ["generator", .. var options]:
            await GeneratorBenchmark.RunAsync(BenchmarkOptions.Read(options, GeneratorBenchmark.Names));
            return 0;
        case ["engine", var checkpoint]: // started by the generator benchmark
            EngineWorker.Serve(checkpoint, Console.In, Console.Out);
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
