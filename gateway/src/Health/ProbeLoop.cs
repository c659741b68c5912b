using System.Collections.Concurrent;
using ElasticSynapse.Gateway.Replicas;

namespace ElasticSynapse.Gateway.Health;

/// <summary>Asks each replica of a model that has a choice of them, again and again: those that are not ready get no requests
/// while others are. A model with one replica is not asked: its requests have nowhere else to go.</summary>
internal sealed partial class ProbeLoop(LiveFleet fleet, ReplicaProbe probe, ReplicaOptions options, TimeProvider time, ILogger<ProbeLoop> logger)
    : BackgroundService
{
    // A slow answer must hold up neither the others nor its own next question.
    private readonly ConcurrentDictionary<Replica, bool> _asking = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.ProbeInterval, time);
        do
        {
            foreach (var replica in fleet.Current.Models.Where(model => model.HasChoice)
                .SelectMany(model => model.Versions).SelectMany(version => version.Replicas).Distinct())
            {
                if (_asking.TryAdd(replica, true))
                {
                    _ = AskAsync(replica, stoppingToken);
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task AskAsync(Replica replica, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await probe.AskAsync(replica, cancellationToken);
            var health = answer.IsReady ? ReplicaHealth.Ready : ReplicaHealth.NotReady;
            if (answer.IsReady)
            {
                replica.Outlier.Answered();
                replica.Report = await probe.ReportAsync(replica, cancellationToken) ?? replica.Report;
            }
            if (replica.Health != health)
            {
                replica.Health = health;
                Changed(logger, replica.Authority, answer.Failure ?? "ready");
            }
        }
        catch (OperationCanceledException)
        {
            // The gateway ends.
        }
        finally
        {
            _asking.TryRemove(replica, out _);
        }
    }

    [LoggerMessage(LogLevel.Information, "the replica at {Address} is now: {State}")]
    private static partial void Changed(ILogger logger, string address, string state);
}
