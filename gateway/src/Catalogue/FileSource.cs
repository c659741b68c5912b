using System.Runtime.CompilerServices;
using ElasticSynapse.Serving.Hosting.Configuration;

namespace ElasticSynapse.Gateway.Catalogue;

/// <summary>The catalogue of a file, read again whenever its bytes change. A wrong file stops the start; later it is refused
/// whole, with all its mistakes in the log, and what was served goes on.</summary>
/// <remarks>Bytes are compared, not times: a ConfigMap is swapped by moving a symbolic link, which file watchers miss.</remarks>
internal sealed partial class FileSource : ICatalogueSource
{
    private readonly string _path;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly GatewayMetrics _metrics;
    private readonly ILogger _logger;
    private byte[] _bytes;

    private FileSource(CatalogueOptions options, byte[] bytes, ModelCatalogue initial, IServiceProvider services)
    {
        _path = options.File!;
        _interval = options.ReloadInterval;
        _bytes = bytes;
        Initial = initial;
        _time = services.GetRequiredService<TimeProvider>();
        _metrics = services.GetRequiredService<GatewayMetrics>();
        _logger = services.GetRequiredService<ILogger<FileSource>>();
        ConfirmedAt = _time.GetUtcNow();
    }

    public ModelCatalogue Initial { get; }

    public DateTimeOffset? ConfirmedAt { get; private set; }

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
        using var timer = new PeriodicTimer(_interval, _time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (await ReadChangeAsync(cancellationToken) is { } catalogue)
            {
                yield return catalogue;
            }
        }
    }

    private async Task<ModelCatalogue?> ReadChangeAsync(CancellationToken cancellationToken)
    {
        try
        {
            var bytes = await File.ReadAllBytesAsync(_path, cancellationToken);
            if (bytes.AsSpan().SequenceEqual(_bytes))
            {
                ConfirmedAt = _time.GetUtcNow();
                return null;
            }
            _bytes = bytes;
            var (catalogue, mistakes) = CatalogueDocument.Parse(bytes);
            if (catalogue is null)
            {
                _metrics.ReloadRefused("catalogue");
                Refused(_path, mistakes.Count, string.Join("; ", mistakes));
                return null;
            }
            ConfirmedAt = _time.GetUtcNow();
            Reloaded(_path, catalogue.Models.Length);
            return catalogue;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Unreadable(_path, exception.Message);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Information, "the catalogue {Path} has changed and is in effect: {Models} model(s)")]
    private partial void Reloaded(string path, int models);

    [LoggerMessage(LogLevel.Error, "the catalogue {Path} has changed and is refused, the one before stays in effect: {Count} mistake(s): {Mistakes}")]
    private partial void Refused(string path, int count, string mistakes);

    [LoggerMessage(LogLevel.Warning, "the catalogue {Path} can't be read, the one before stays in effect: {Reason}")]
    private partial void Unreadable(string path, string reason);
}
