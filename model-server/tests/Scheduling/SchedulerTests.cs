using System.Diagnostics.Metrics;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.ModelServer.Tokenization;
using ElasticSynapse.Serving.Hosting.Drain;
using ElasticSynapse.Serving.Hosting.Model;
using ElasticSynapse.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace ElasticSynapse.ModelServer.Tests.Scheduling;

public class SchedulerTests
{
    [Fact]
    public async Task Stop_AfterItWasStoppedAndDisposed_DoesNothing()
    {
        var options = new ModelOptions { Uri = RepositoryFiles.Data("huggingface", "gpt2") };
        using var generator = ServedGenerator.Load(options, new RuntimeOptions(), new TokenizerOptions(), TimeProvider.System);
        using var meters = new UnseenMeters();
        var scheduler = new Scheduler(
            generator,
            new SchedulerOptions(),
            new GeneratorMetrics(meters, generator.Identity),
            new EndlessGrace(),
            TimeProvider.System,
            NullLogger<Scheduler>.Instance);
        await scheduler.StartAsync(CancellationToken.None);
        await scheduler.StopAsync(CancellationToken.None);
        scheduler.Dispose();

        await scheduler.StopAsync(CancellationToken.None);
    }

    private sealed class EndlessGrace : IGracePeriod
    {
        public CancellationToken Ended => CancellationToken.None;
    }

    // The SDK knows a meter by its name, and would take the generator's instruments from other tests when this one ends.
    private sealed class UnseenMeters : IMeterFactory
    {
        private readonly Meter _meter = new("unseen");

        public Meter Create(MeterOptions options) => _meter;

        public void Dispose() => _meter.Dispose();
    }
}
