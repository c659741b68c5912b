using System.Runtime.CompilerServices;
using ElasticSynapse.Gateway.Configuration;
using ElasticSynapse.Serving.Hosting.Configuration;

namespace ElasticSynapse.Gateway.Catalogue;

/// <summary>The catalogue of a file, read again whenever its bytes change. A wrong file stops the start; later it is refused
/// whole, with all its mistakes in the log, and what was served goes on.</summary>
internal sealed partial class FileSource : ICatalogueSource
{
    private readonly string _path;
    private readonly WatchedFile _file;
    private readonly GatewayMetrics _metrics;
    private readonly ILogger _logger;

    private FileSource(CatalogueOptions options, byte[] bytes, ModelCatalogue initial, IServiceProvider services)
    {
        _path = options.File!;
        _file = ActivatorUtilities.CreateInstance<WatchedFile>(services, _path, bytes, options.ReloadInterval);
        _metrics = services.GetRequiredService<GatewayMetrics>();
        _logger = services.GetRequiredService<ILogger<FileSource>>();
        Initial = initial;
    }

    public ModelCatalogue Initial { get; }

    public DateTimeOffset? ConfirmedAt => _file.ConfirmedAt;

    /// <summary>Reads the file now, so that its mistakes stand beside those of the other options.</summary>
    public static Func<IServiceProvider, ICatalogueSource> Read(CatalogueOptions options, OptionsReader mistakes)
    {
        try
        {
            var bytes = File.ReadAllBytes(options.File!);
            var (catalogue, wrong) = CatalogueDocument.Parse(bytes);
            foreach (var mistake in wrong)
            {
                mistakes.Add($"{options.File}: {mistake}");
            }
            return services => new FileSource(options, bytes, catalogue!, services);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            mistakes.Add($"Catalogue__File='{options.File}' can't be read: {exception.Message}");
            return _ => throw new InvalidOperationException("unreachable: the mistake stops the start");
        }
    }

    public async IAsyncEnumerable<ModelCatalogue> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var bytes in _file.ChangesAsync(cancellationToken))
        {
            var (catalogue, mistakes) = CatalogueDocument.Parse(bytes);
            if (catalogue is null)
            {
                Refused(_path, mistakes.Count, string.Join("; ", mistakes));
                _metrics.ReloadRefused("catalogue");
                continue;
            }
            Reloaded(_path, catalogue.Models.Length);
            yield return catalogue;
        }
    }

    [LoggerMessage(LogLevel.Information, "the catalogue {Path} has changed and is in effect: {Models} model(s)")]
    private partial void Reloaded(string path, int models);

    [LoggerMessage(LogLevel.Error, "the catalogue {Path} has changed and is refused, the one before stays in effect: {Count} mistake(s): {Mistakes}")]
    private partial void Refused(string path, int count, string mistakes);
}
