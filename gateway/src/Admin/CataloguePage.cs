using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Gateway.Replicas;

namespace ElasticSynapse.Gateway.Admin;

/// <summary>GET /catalogue: every model, version and replica, with its live state.</summary>
internal static class CataloguePage
{
    public static object Of(Fleet fleet, ICatalogueSource source, TimeProvider time) => new
    {
        ageSeconds = source.ConfirmedAt is { } at ? (time.GetUtcNow() - at).TotalSeconds : 0,
        models = fleet.Models.Select(model => new
        {
            name = model.Name,
            kind = model.Entry.Kind.Word(),
            versions = model.Versions.Select(version => new
            {
                version = version.Version,
                weight = version.Weight,
                lostWeight = version.Record.HasLostWeight,
                labels = version.Entry.Labels,
                ready = version.IsReady,
                replicas = version.Replicas.Select(replica => new
                {
                    name = replica.Address.Name,
                    address = replica.Authority,
                    health = replica.Health.ToString(),
                    ejected = replica.Outlier.IsEjected,
                    terminating = replica.Address.Terminating,
                    requests = replica.Requests,
                    reportedRequests = replica.Report?.Requests,
                    reportedCacheUse = replica.Report?.CacheUse,
                }),
            }),
        }),
    };
}
