namespace ElasticSynapse.Gateway.Catalogue;

/// <summary>Where the catalogue comes from: fixed addresses, a file, or Kubernetes.</summary>
internal interface ICatalogueSource
{
    /// <summary>The catalogue that the gateway starts with; empty when the source has to be asked first.</summary>
    ModelCatalogue Initial { get; }

    /// <summary>Each later catalogue, as soon as it is known. Mistakes and outages are the source's to log and to outlast.</summary>
    IAsyncEnumerable<ModelCatalogue> FollowAsync(CancellationToken cancellationToken);

    /// <summary>When the source last confirmed what it told; null when that can't go out of date.</summary>
    DateTimeOffset? ConfirmedAt { get; }
}
