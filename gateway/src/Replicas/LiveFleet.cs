using ElasticSynapse.Gateway.Canaries;
using ElasticSynapse.Gateway.Catalogue;

namespace ElasticSynapse.Gateway.Replicas;

/// <summary>The fleet in effect. Publishing swaps it; requests under way keep the one they have.</summary>
internal sealed class LiveFleet
{
    private readonly Lock _publishing = new();
    private readonly Func<ReplicaAddress, Replica> _create;
    private readonly Func<VersionRecord> _createRecord;
    private volatile Fleet _current;

    public LiveFleet(ICatalogueSource source, ReplicaOptions options, OutlierOptions outliers, CanaryGuardOptions canaries, TimeProvider time)
    {
        _create = address => new Replica(address, options, outliers, time);
        _createRecord = () => new VersionRecord(canaries.Window, time);
        _current = Fleet.Of(source.Initial, before: null, _create, _createRecord);
    }

    public Fleet Current => _current;

    public void Publish(ModelCatalogue catalogue)
    {
        lock (_publishing)
        {
            var before = _current;
            _current = Fleet.Of(catalogue, before, _create, _createRecord);
            before.Supersede();
        }
    }
}
