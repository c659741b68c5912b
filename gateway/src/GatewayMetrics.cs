using System.Diagnostics.Metrics;
using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Gateway.Retries;
using ElasticSynapse.Gateway.Telemetry;

namespace ElasticSynapse.Gateway;

/// <summary>What the gateway counts beside its <see cref="RequestMetrics"/>. No metric name stands outside these two classes.</summary>
internal sealed class GatewayMetrics
{
    public const string MeterName = "ElasticSynapse.Gateway";

    private readonly Meter _meter;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _deniedRetries;
    private readonly Counter<long> _ejections;
    private readonly Counter<long> _stoppedCanaries;
    private readonly Counter<long> _shadowRequests;
    private readonly Counter<long> _hedges;
    private readonly Histogram<double> _coldStarts;
    private readonly Counter<long> _refusedReloads;
    private readonly Counter<long> _refusedRequests;

    public GatewayMetrics(IMeterFactory factory)
    {
        _meter = factory.Create(MeterName);
        _retries = _meter.CreateCounter<long>("elastic_synapse.gateway.retries", "{retry}", "Tries after the first, by what made them necessary.");
        _deniedRetries = _meter.CreateCounter<long>("elastic_synapse.gateway.denied_retries", "{retry}", "Retries that the budget had no room for.");
        _ejections = _meter.CreateCounter<long>("elastic_synapse.gateway.ejections", "{ejection}", "Replicas ejected for failing.");
        _stoppedCanaries = _meter.CreateCounter<long>("elastic_synapse.gateway.stopped_canaries", "{version}", "Canaries that lost their weight, by what they did worse than stable.");
        _shadowRequests = _meter.CreateCounter<long>("elastic_synapse.gateway.shadow_requests", "{request}", "Copies of requests whose answers are dropped, by what became of them.");
        _hedges = _meter.CreateCounter<long>("elastic_synapse.gateway.hedges", "{request}", "Requests sent to a second replica because the first was slow, by whether the second answered first.");
        _coldStarts = _meter.CreateHistogram<double>("elastic_synapse.gateway.cold_start_duration", "s", "Time that requests waited for the first replica of a version, by how that ended.");
        _refusedReloads = _meter.CreateCounter<long>("elastic_synapse.gateway.refused_reloads", "{reload}", "Changed files that were refused.");
        _refusedRequests = _meter.CreateCounter<long>("elastic_synapse.gateway.refused_requests", "{request}", "Requests over a limit, by which.");
    }

    public void ObserveAdmission(Func<IEnumerable<Measurement<int>>> running, Func<IEnumerable<Measurement<int>>> queued)
    {
        _meter.CreateObservableGauge("elastic_synapse.gateway.running_requests", running, "{request}", "Requests of a model that run.");
        _meter.CreateObservableGauge("elastic_synapse.gateway.queued_requests", queued, "{request}", "Requests of a model that wait for their turn.");
    }

    public void ObserveCatalogueAge(Func<double> seconds) => _meter.CreateObservableGauge(
        "elastic_synapse.gateway.catalogue_age", seconds, "s", "Time since the source of the catalogue last confirmed it.");

    public void ObserveReplicas(Func<IEnumerable<Measurement<int>>> inFlight, Func<IEnumerable<Measurement<int>>> ejected, Func<IEnumerable<Measurement<int>>> byState)
    {
        _meter.CreateObservableGauge("elastic_synapse.gateway.replica_requests", inFlight, "{request}", "Requests of this gateway running on a replica.");
        _meter.CreateObservableGauge("elastic_synapse.gateway.replica_ejected", ejected, null, "Whether a replica gets no requests because it failed too often: 1 or 0.");
        _meter.CreateObservableGauge("elastic_synapse.gateway.replicas", byState, "{replica}", "Replicas of a version, by what this gateway knows of them.");
    }

    public void ObserveWeights(Func<IEnumerable<Measurement<double>>> weights) => _meter.CreateObservableGauge(
        "elastic_synapse.gateway.version_weight", weights, null, "A version's share of the requests that pin none, by its labels.");

    public void ObserveRetryBudget(Func<double> used) => _meter.CreateObservableGauge(
        "elastic_synapse.gateway.retry_budget_used", used, "1", "Share of the retries allowed at a time that are under way, from 0 to 1.");

    /// <summary>Tries of a version begin. A counter that begins at one has not risen, so it begins here, at zero.</summary>
    public void TriesBegin(VersionPool version)
    {
        if (version.Begins())
        {
            _deniedRetries.Add(0, Model(version), Version(version));
        }
    }

    public void RetryDenied(VersionPool version) => _deniedRetries.Add(1, Model(version), Version(version));

    public void Retried(VersionPool version, TryFailure reason) => _retries.Add(1, Model(version), Version(version), Reason(reason));

    public void Ejected(VersionPool version, Replica replica, TryFailure reason) => _ejections.Add(
        1, Model(version), Version(version), new("replica", replica.Address.Name), Reason(reason));

    public void CanaryStopped(VersionPool version, string reason) => _stoppedCanaries.Add(
        1, Model(version), Version(version), new("reason", reason));

    public void Shadowed(VersionPool version, string outcome) => _shadowRequests.Add(
        1, Model(version), Version(version), new("outcome", outcome));

    public void Hedged(VersionPool version, string outcome) => _hedges.Add(1, Model(version), Version(version), new("outcome", outcome));

    public void ColdStart(VersionPool version, string outcome, TimeSpan waited) => _coldStarts.Record(
        waited.TotalSeconds, Model(version), Version(version), new("outcome", outcome));

    public void Refused(string reason) => _refusedRequests.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void ReloadRefused(string file) => _refusedReloads.Add(1, new KeyValuePair<string, object?>("file", file));

    /// <summary>A failure as metrics and spans have it.</summary>
    public static string Word(TryFailure failure) => failure switch
    {
        TryFailure.Unreachable => "unreachable",
        TryFailure.BrokeOff => "broke_off",
        TryFailure.Garbled => "garbled",
        TryFailure.TimedOut => "timed_out",
        TryFailure.Overloaded => "overloaded",
        TryFailure.Failed => "failed",
        _ => "unavailable",
    };

    private static KeyValuePair<string, object?> Model(VersionPool version) => new("model", version.Model.Name);

    private static KeyValuePair<string, object?> Version(VersionPool version) => new("version", version.Version);

    private static KeyValuePair<string, object?> Reason(TryFailure failure) => new("reason", Word(failure));
}
