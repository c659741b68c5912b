using System.Diagnostics.Metrics;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.ModelServer.Tokenization;
using ElasticSynapse.Serving.Hosting.Model;
using ElasticSynapse.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ElasticSynapse.ModelServer.Tests.Scheduling;

public class SchedulerTests
{
    [Fact]
    public async Task Stop_AfterItWasStoppedAndDisposed_DoesNothing()
    {
        var options = new ModelOptions { Uri = RepositoryFiles.Data("huggingface", "gpt2") };
        using var generator = ServedGenerator.Load(options, new RuntimeOptions(), new TokenizerOptions(), TimeProvider.System);
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var scheduler = new Scheduler(
            generator,
            new SchedulerOptions(),
            new GeneratorMetrics(services.GetRequiredService<IMeterFactory>()),
            NullLogger<Scheduler>.Instance);
        await scheduler.StartAsync(CancellationToken.None);
        await scheduler.StopAsync(CancellationToken.None);
        scheduler.Dispose();

        await scheduler.StopAsync(CancellationToken.None);
    }
}
