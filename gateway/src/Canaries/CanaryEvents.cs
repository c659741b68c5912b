using System.Threading.Channels;
using ElasticSynapse.Gateway.Catalogue.Kubernetes;
using ElasticSynapse.Gateway.Replicas;

namespace ElasticSynapse.Gateway.Canaries;

/// <summary>Writes a Kubernetes Event beside the Service of a canary that has lost its weight.</summary>
internal sealed partial class CanaryEvents : BackgroundService
{
    private const string Reason = "CanaryLostWeight";

    private readonly KubernetesClient _cluster;
    private readonly ILogger _logger;

    // One a canary and catalogue: few.
    private readonly Channel<(VersionPool Version, CanaryFault Fault)> _verdicts = Channel.CreateUnbounded<(VersionPool, CanaryFault)>();

    public CanaryEvents(CanaryGuard guard, KubernetesClient cluster, ILogger<CanaryEvents> logger)
    {
        (_cluster, _logger) = (cluster, logger);
        guard.WeightLost += (version, fault) => _verdicts.Writer.TryWrite((version, fault));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (version, fault) in _verdicts.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await _cluster.CreateEventAsync(version.Entry.Cluster!.Service, Reason, $"the canary {version} lost its weight: {fault.Explanation}", stoppingToken);
            }
            catch (Exception exception) when (exception is KubernetesException or HttpRequestException or IOException
                || (exception is OperationCanceledException && !stoppingToken.IsCancellationRequested))
            {
                Failed(version.ToString(), exception.Message);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "the Event about the canary {Version} can't be written: {Reason}")]
    private partial void Failed(string version, string reason);
}
