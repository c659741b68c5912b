using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ElasticSynapse.Gateway.Replicas;

namespace ElasticSynapse.Gateway.Catalogue.Kubernetes;

/// <summary>The catalogue of a cluster, followed through watches. What was last known serves on while the API server is away.</summary>
internal sealed partial class KubernetesSource : ICatalogueSource
{
    private readonly KubernetesOptions _options;
    private readonly ResourceWatch _services;
    private readonly ResourceWatch _slices;
    private readonly GatewayMetrics _metrics;
    private readonly ILogger _logger;

    // Only that something has changed: whoever reads it looks at all of it.
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public KubernetesSource(
        KubernetesOptions options, KubernetesClient client, Draws draws, GatewayMetrics metrics, TimeProvider time, ILoggerFactory loggers)
    {
        (_options, _metrics) = (options, metrics);
        _services = Watch(WatchedResource.Services);
        _slices = Watch(WatchedResource.EndpointSlices);
        _logger = loggers.CreateLogger<KubernetesSource>();

        ResourceWatch Watch(WatchedResource resource) =>
            new(client, resource, options, () => _changes.Writer.TryWrite(true), draws, time, loggers.CreateLogger<ResourceWatch>());
    }

    public ModelCatalogue Initial { get; } = new([], IsKnown: false);

    public DateTimeOffset? ConfirmedAt => _services.ConfirmedAt < _slices.ConfirmedAt ? _services.ConfirmedAt : _slices.ConfirmedAt;

    public async IAsyncEnumerable<ModelCatalogue> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _ = _services.RunAsync(cancellationToken);
        _ = _slices.RunAsync(cancellationToken);
        IReadOnlyList<string> known = [];
        var current = Initial;
        await foreach (var _ in _changes.Reader.ReadAllAsync(cancellationToken))
        {
            // Half a picture would take every replica away for a moment.
            if (_services.Objects is not { } services || _slices.Objects is not { } slices)
            {
                continue;
            }
            var (catalogue, mistakes) = ClusterCatalogue.Of(services, slices, _options.PortName, current);
            foreach (var mistake in mistakes.Except(known))
            {
                Mistaken(mistake);
                _metrics.ReloadRefused("services");
            }
            known = mistakes;
            current = WeightsInBetween.Of(current, catalogue);
            yield return current;
        }
    }

    [LoggerMessage(LogLevel.Error, "{Mistake}")]
    private partial void Mistaken(string mistake);
}
