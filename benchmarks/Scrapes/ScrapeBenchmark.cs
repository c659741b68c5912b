using System.Globalization;
using ElasticSynapse.Benchmarks.Contenders;
using ElasticSynapse.Benchmarks.Report;
using static ElasticSynapse.Benchmarks.Scrapes.ScrapeFigures;

namespace ElasticSynapse.Benchmarks.Scrapes;

/// <summary>What a scrape of each service takes, and what requests notice of it.</summary>
internal static class ScrapeBenchmark
{
    /// <summary>The services; whichever are measured, all of them run.</summary>
    public static readonly IReadOnlyList<string> Ours = ["gateway", "model-server", "classifier"];

    private const double LimitMilliseconds = 5;

    private static readonly string[] Limited = [Processor, IdleSlow, BusyTypical, BusySlow];

    public static async Task RunAsync(BenchmarkOptions options)
    {
        if (options.Checkpoint is not null)
        {
            throw new ArgumentException("--checkpoint has no effect here: the services run the demo models");
        }
        using var generator = new Server("model-server", "/readyz", port => Commands.Service("model-server", "ModelServer", port, Model("demo-gpt2")));
        using var classifier = new Server("classifier", "/readyz", port => Commands.Service("classifier", "Classifier", port, Model("demo-bert"), ("Grpc__Port", "0")));
        using var gateway = new Server("gateway", "/readyz", port => Commands.Gateway(
            port, ("Upstreams__Generator", generator.Address.AbsoluteUri), ("Upstreams__Classifier", classifier.Address.AbsoluteUri)), hasOperators: true);
        foreach (var server in new[] { generator, classifier, gateway })
        {
            await server.StartAsync();
        }
        using var requests = new MixedRequests(gateway.Address);
        var measured = new[] { gateway, generator, classifier }.Where(server => options.Contenders.Contains(server.Name)).ToList();
        var measurements = await Turns.RunAsync([.. measured.Select(server => (IContender)new ScrapedService(server, requests, options.Seconds))], options.Rounds);
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var figure in Limited)
            {
                measurements.Add(Limit, figure, LimitMilliseconds);
            }
        }

        var setting = string.Create(CultureInfo.InvariantCulture,
            $"Scrapes over a kept connection, {ScrapesPerSecond} a second: {IdleScrapes} of each service while the stack is idle; then {Clients} clients that ask the gateway for completions of 16 tokens and for a text's labels in turns, for {options.Seconds} s without and {options.Seconds} s with the scraper. Medians of {options.Rounds} rounds. Clients, scraper and services share the machine.");
        Console.Write(new BenchmarkReport(setting, [.. measured.Select(server => server.Name), Limit],
            [Size, Processor, IdleTypical, IdleSlow, IdleSlowest, BusyTypical, BusySlow, BusySlowest, AloneTypical, ScrapedTypical, AloneSlowest, ScrapedSlowest],
            [.. Ours.SelectMany(name => Limited.Select(figure => new Target(name, Limit, figure, 1, IsUpper: true)))]).Show(measurements));
    }

    private static string Model(string name) => Path.Combine(Repository.Root, "models", name);
}
