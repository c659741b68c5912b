using ElasticSynapse.Gateway.Replicas;

namespace ElasticSynapse.Gateway.Canaries;

/// <summary>Holds the version labelled canary against the one labelled stable, and takes its weight when it does worse: the
/// requests that pin no version then go to the others. It has its weight again once the catalogue says something else of it,
/// another weight for example. Each gateway judges by the requests that it sees.</summary>
internal sealed partial class CanaryGuard(CanaryGuardOptions options, GatewayMetrics metrics, ILogger<CanaryGuard> logger)
{
    /// <summary>A canary has lost its weight, and why.</summary>
    public event Action<VersionPool, CanaryFault>? WeightLost;

    /// <summary>Takes note of a try at one of the two.</summary>
    /// <param name="firstToken">Time to the first token, where the answer has one.</param>
    public void Observe(VersionPool version, bool failed, TimeSpan? firstToken)
    {
        if (!options.Enabled || !version.IsCompared)
        {
            return;
        }
        version.Record.Add(failed, firstToken);
        // Without a weight of its own stable could not take over.
        if (version is { Stable: { Weight: > 0 } stable, Weight: > 0 }
            && CanaryFault.Find(version.Record.Latest, stable.Record.Latest, options) is { } fault
            && version.Record.LoseWeight())
        {
            metrics.CanaryStopped(version, fault.Reason);
            Stopped(version.ToString(), version.Entry.Weight, fault.Explanation);
            WeightLost?.Invoke(version, fault);
        }
    }

    [LoggerMessage(LogLevel.Warning, "the canary {Version} loses its weight of {Weight} until the catalogue says something else of it: {Fault}")]
    private partial void Stopped(string version, double weight, string fault);
}
