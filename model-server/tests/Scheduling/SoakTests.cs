using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.ModelServer.Scheduling;

namespace ElasticSynapse.ModelServer.Tests.Scheduling;

/// <summary>Measures the memory of the process, so nothing else may run in it meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneInTheProcess
{
    public const string Name = "alone in the process";
}

[Collection(AloneInTheProcess.Name)]
public class SoakTests
{
    [Fact]
    public async Task Enqueue_ForAWhile_LeavesNothingBehind()
    {
        await using var running = await RunningScheduler.StartAsync(new SchedulerOptions { MaxSequences = "8" });
        await WaveAsync(0);
        await WaveAsync(1);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var wave = 2; wave < 20; wave++)
        {
            await WaveAsync(wave);
        }
        var after = GC.GetTotalMemory(forceFullCollection: true);

        Assert.True(after - before < 1_000_000, $"{before:N0} bytes became {after:N0}");
        Assert.Equal(0, running.Metric("num_requests_running") + running.Metric("num_requests_waiting"));

        async Task WaveAsync(int wave)
        {
            using var gone = new CancellationTokenSource();
            var requests = Enumerable.Range(0, 60).Select(i => RunningScheduler.Request(
                [.. Enumerable.Range(1, 1 + (i % 50))], 1 + (i % 30), new SamplingParameters { Seed = (wave * 100) + i }, i % 4 == 0 ? gone.Token : default)).ToList();
            requests.ForEach(request => running.Scheduler.Enqueue([request]));
            await gone.CancelAsync();
            foreach (var request in requests)
            {
                try
                {
                    await RunningScheduler.ReadAsync(request);
                }
                catch (OperationCanceledException) when (request.Cancelled.IsCancellationRequested)
                {
                }
            }
        }
    }
}
