using System.Collections.Concurrent;
using ElasticSynapse.Gateway.Replicas;

namespace ElasticSynapse.Gateway.Health;

/// <summary>Asks each replica again and again, and a new one at once: those that are not ready get no requests while others are, and
/// those who insist on one that is not are told so.</summary>
internal sealed partial class ProbeLoop(LiveFleet fleet, ReplicaProbe probe, ReplicaOptions options, TimeProvider time, ILogger<ProbeLoop> logger)
    : BackgroundService
{
    // A slow answer must hold up neither the others nor its own next question.
    private readonly ConcurrentDictionary<Replica, bool> _asking = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.ProbeInterval, time);
        var tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
        var current = fleet.Current;
        Ask(current, static _ => true, stoppingToken);
        while (true)
        {
            await Task.WhenAny(tick, current.Superseded);
            current = fleet.Current;
            if (!tick.IsCompleted)
            {
                Ask(current, static replica => replica.Health == ReplicaHealth.Unknown, stoppingToken);
                continue;
            }
            if (!await tick)
            {
                return;
            }
            tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
            Ask(current, static _ => true, stoppingToken);
        }
    }

    private void Ask(Fleet current, Func<Replica, bool> whom, CancellationToken cancellationToken)
    {
        foreach (var model in current.Models)
        {
            foreach (var replica in model.Versions.SelectMany(version => version.Replicas).Where(whom))
            {
                if (_asking.TryAdd(replica, true))
                {
                    _ = AskAsync(replica, model.HasChoice, cancellationToken);
                }
            }
        }
    }

    /// <param name="isChosen">Whether its load makes a difference.</param>
    private async Task AskAsync(Replica replica, bool isChosen, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await probe.AskAsync(replica, cancellationToken);
            var health = answer.IsReady ? ReplicaHealth.Ready : ReplicaHealth.NotReady;
            if (answer.IsReady)
            {
                replica.Outlier.Answered();
            }
            if (replica.Health != health)
            {
                replica.Health = health;
                Changed(logger, replica.Authority, answer.Failure ?? "ready");
            }
            if (answer.IsReady && isChosen)
            {
                replica.Report = await probe.ReportAsync(replica, cancellationToken) ?? replica.Report;
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
