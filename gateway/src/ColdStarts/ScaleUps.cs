using ElasticSynapse.Gateway.Catalogue.Kubernetes;
using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Gateway.ColdStarts;

/// <summary>Gives versions without replicas their first one, and says when it is there.</summary>
internal sealed partial class ScaleUps(KubernetesClient cluster, LiveFleet fleet, TimeProvider time, ILogger<ScaleUps> logger)
{
    /// <summary>How soon the API server is asked again for the same version, whether or not it did as it was told.</summary>
    public static readonly TimeSpan RepeatAfter = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (Task Asking, long At)> _asked = [];

    /// <summary>Sees to it that the version's Deployment has a replica.</summary>
    /// <exception cref="ApiException">The API server refuses, or can't be reached.</exception>
    public Task StartAsync(VersionPool version)
    {
        var deployment = version.Entry.Cluster!.Deployment!;
        lock (_lock)
        {
            // Pods that start already are enough; a Deployment of several would be scaled down to one.
            if (version.Entry.Cluster.IsStarting)
            {
                return Task.CompletedTask;
            }
            if (!_asked.TryGetValue(deployment, out var last) || (last.Asking.IsCompleted && time.GetElapsedTime(last.At) >= RepeatAfter))
            {
                last = (ScaleAsync(version, deployment), time.GetTimestamp());
                _asked[deployment] = last;
            }
            return last.Asking;
        }
    }

    /// <summary>Completes with the version as it is once it has a replica. Asks for one again when those that started have gone.</summary>
    /// <exception cref="ApiException">The catalogue has no such version any more.</exception>
    public async Task<VersionPool> HasReplicasAsync(VersionPool version, CancellationToken cancellationToken)
    {
        while (true)
        {
            var current = fleet.Current;
            var now = current.Find(version.Model.Name, kind: null)?.Versions.FirstOrDefault(known => known.Version == version.Version)
                ?? throw new ApiException(ErrorKind.ModelNotFound, $"{version} was taken out of the catalogue while the request waited for it", "model");
            if (!now.Replicas.IsEmpty)
            {
                return now;
            }
            await AskAgainAsync(now);
            await current.Superseded.WaitAsync(RepeatAfter, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    // The first time was refused to whoever asked; later ones may come too soon, and are in the log.
    private async Task AskAgainAsync(VersionPool version)
    {
        if (version.CanStart)
        {
            await StartAsync(version).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ScaleAsync(VersionPool version, string deployment)
    {
        try
        {
            // Not the first caller's to cancel: others wait too.
            await cluster.ScaleToOneAsync(deployment, CancellationToken.None);
            Scaled(version.ToString(), deployment);
        }
        catch (Exception exception) when (exception is KubernetesException or HttpRequestException or IOException or OperationCanceledException)
        {
            Failed(version.ToString(), deployment, exception.Message);
            throw new ApiException(ErrorKind.VersionNotReady, $"{version} has no replicas, and its Deployment {deployment} can't be scaled up; the gateway's log says why")
            {
                RetryAfterSeconds = (int)RepeatAfter.TotalSeconds,
            };
        }
    }

    [LoggerMessage(LogLevel.Information, "{Version} has no replicas and is asked for: its Deployment {Deployment} is scaled to 1")]
    private partial void Scaled(string version, string deployment);

    [LoggerMessage(LogLevel.Error, "{Version} has no replicas and is asked for, but its Deployment {Deployment} can't be scaled up: {Reason}")]
    private partial void Failed(string version, string deployment, string reason);
}
