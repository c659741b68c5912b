using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace ElasticSynapse.Serving.Hosting.Drain;

/// <summary>
/// On SIGTERM or SIGINT: (1) /readyz fails, (2) requests are still taken for the readiness delay, each as its connection's last,
/// (3) the server stops listening and requests in flight finish within the grace period, (4) those that have not are told that
/// the server stops.
/// </summary>
internal sealed class DrainService(DrainOptions options, TimeProvider time) : IHostedLifecycleService, IHealthCheck, IGracePeriod, IDisposable
{
    private readonly CancellationTokenSource _graceEnded = new();
    private volatile bool _draining;
    private ITimer? _timer;

    public CancellationToken Ended => _graceEnded.Token;

    public bool IsDraining => _draining;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_draining ? HealthCheckResult.Unhealthy("draining") : HealthCheckResult.Healthy());

    // Runs before any hosted service, Kestrel among them, is asked to stop.
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _draining = true;
        if (options.ReadinessDelay > TimeSpan.Zero)
        {
            await Task.Delay(options.ReadinessDelay, time, cancellationToken);
        }
        _timer ??= time.CreateTimer(_ => _graceEnded.Cancel(), null, options.GracePeriod, Timeout.InfiniteTimeSpan);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _timer?.Dispose();
        _graceEnded.Dispose();
    }
}
