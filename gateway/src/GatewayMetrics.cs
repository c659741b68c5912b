using System.Diagnostics.Metrics;
using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Gateway.Retries;

namespace ElasticSynapse.Gateway;

/// <summary>What the gateway counts. No metric name stands outside this class.</summary>
internal sealed class GatewayMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _requests;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _ejections;
    private readonly Counter<long> _stoppedCanaries;
    private readonly Counter<long> _shadowRequests;
    private readonly Counter<long> _hedges;
    private readonly Histogram<double> _coldStarts;
    private readonly Counter<long> _refusedReloads;
    private readonly Counter<long> _refusedRequests;

    public GatewayMetrics(IMeterFactory factory)
    {
        _meter = factory.Create("ElasticSynapse.Gateway");
        _requests = _meter.CreateCounter<long>("elastic_synapse.gateway.requests", "{request}", "Requests forwarded, by model, version and status class.");
        _retries = _meter.CreateCounter<long>("elastic_synapse.gateway.retries", "{retry}", "Tries after the first, by what made them necessary.");
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

    public void ObserveReplicas(Func<IEnumerable<Measurement<int>>> inFlight) => _meter.CreateObservableGauge(
        "elastic_synapse.gateway.replica_requests", inFlight, "{request}", "Requests of this gateway running on a replica.");

    public void Forwarded(VersionPool version, int status) => _requests.Add(
        1, Model(version), Version(version), new("status", $"{status / 100}xx"));

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

    private static KeyValuePair<string, object?> Model(VersionPool version) => new("model", version.Model.Name);

    private static KeyValuePair<string, object?> Version(VersionPool version) => new("version", version.Version);

    private static KeyValuePair<string, object?> Reason(TryFailure failure) => new("reason", failure switch
    {
        TryFailure.Unreachable => "unreachable",
        TryFailure.BrokeOff => "broke_off",
        TryFailure.Garbled => "garbled",
        TryFailure.TimedOut => "timed_out",
        TryFailure.Overloaded => "overloaded",
        TryFailure.Failed => "failed",
        _ => "unavailable",
    });
}
