using System.Runtime.CompilerServices;

namespace ElasticSynapse.Gateway.Configuration;

/// <summary>A file that is read again whenever its bytes change.</summary>
/// <remarks>Bytes are compared, not times: a ConfigMap is swapped by moving a symbolic link, which file watchers miss.</remarks>
/// <param name="path">Of the file.</param>
/// <param name="current">What was read of it at the start.</param>
/// <param name="interval">How often it is looked at.</param>
internal sealed partial class WatchedFile(string path, byte[] current, TimeSpan interval, TimeProvider time, ILogger<WatchedFile> logger)
{
    private byte[] _bytes = current;

    /// <summary>When the file was last read.</summary>
    public DateTimeOffset ConfirmedAt { get; private set; } = time.GetUtcNow();

    /// <summary>The bytes of each later content. While the file can't be read, that is logged and what was read before counts.</summary>
    public async IAsyncEnumerable<byte[]> ChangesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (await ReadAsync(cancellationToken) is not { } bytes)
            {
                continue;
            }
            ConfirmedAt = time.GetUtcNow();
            if (!bytes.AsSpan().SequenceEqual(_bytes))
            {
                yield return _bytes = bytes;
            }
        }
    }

    private async Task<byte[]?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllBytesAsync(path, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Unreadable(logger, path, exception.Message);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Path} can't be read, what it said before stays in effect: {Reason}")]
    private static partial void Unreadable(ILogger logger, string path, string reason);
}
