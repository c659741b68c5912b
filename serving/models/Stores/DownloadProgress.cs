namespace ElasticSynapse.Serving.Models;

/// <summary>How far a fetch has come.</summary>
/// <param name="TotalBytes">Null if the store does not say.</param>
public sealed record DownloadProgress(long FetchedBytes, long? TotalBytes, double BytesPerSecond)
{
    /// <summary>Null if the total or the rate is unknown.</summary>
    public TimeSpan? TimeLeft =>
        TotalBytes is { } total && BytesPerSecond > 0 ? TimeSpan.FromSeconds((total - FetchedBytes) / BytesPerSecond) : null;

    public override string ToString()
    {
        var rate = FormattableString.Invariant($"{BytesPerSecond / 1e6:F1} MB/s");
        return TotalBytes is { } total
            ? FormattableString.Invariant($"{FetchedBytes / 1e6:F1} of {total / 1e6:F1} MB, {rate}, {TimeLeft?.TotalSeconds ?? 0:F0} s left")
            : FormattableString.Invariant($"{FetchedBytes / 1e6:F1} MB, {rate}");
    }
}
