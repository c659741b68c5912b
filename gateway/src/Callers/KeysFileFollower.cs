using ElasticSynapse.Gateway.Configuration;

namespace ElasticSynapse.Gateway.Callers;

/// <summary>Puts each change of the keys file into effect. A wrong file is refused whole.</summary>
internal sealed partial class KeysFileFollower(WatchedFile file, CallerDirectory callers, GatewayMetrics metrics, ILogger<KeysFileFollower> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var bytes in file.ChangesAsync(stoppingToken))
        {
            var (keys, mistakes) = KeysDocument.Parse(bytes);
            if (keys is { } read)
            {
                callers.Publish(read);
                Reloaded(logger, read.Length);
            }
            else
            {
                Refused(logger, mistakes.Count, string.Join("; ", mistakes));
                metrics.ReloadRefused("keys");
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "the keys file has changed and is in effect: {Keys} key(s)")]
    private static partial void Reloaded(ILogger logger, int keys);

    [LoggerMessage(LogLevel.Error, "the keys file has changed and is refused, the keys before stay in effect: {Count} mistake(s): {Mistakes}")]
    private static partial void Refused(ILogger logger, int count, string mistakes);
}
