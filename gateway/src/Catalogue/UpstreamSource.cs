using System.Runtime.CompilerServices;

namespace ElasticSynapse.Gateway.Catalogue;

/// <summary>Two fixed addresses, one of each kind. What they serve nobody has configured; <see cref="UpstreamNames"/> learns it.</summary>
internal sealed class UpstreamSource(UpstreamOptions options) : ICatalogueSource
{
    public ModelCatalogue Initial { get; } = new(
    [
        Unnamed(ModelKind.Generator, options.Generator),
        Unnamed(ModelKind.Classifier, options.Classifier),
    ]);

    public DateTimeOffset? ConfirmedAt => null;

    public async IAsyncEnumerable<ModelCatalogue> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield break;
    }

    private static ModelEntry Unnamed(ModelKind kind, Uri address) =>
        new(kind.Word(), kind, [new VersionEntry("", 100, [], [ReplicaAddress.Of(address)])], IsUpstream: true, IsNamed: false);
}
