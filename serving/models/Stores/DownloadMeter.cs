namespace ElasticSynapse.Serving.Models;

/// <summary>Counts bytes of one fetch and reports every few seconds.</summary>
internal sealed class DownloadMeter(long? totalBytes, TimeSpan interval, TimeProvider time, IProgress<DownloadProgress>? progress)
{
    private readonly long _start = time.GetTimestamp();
    private readonly Lock _lock = new();
    private long _fetched, _kept, _reported = time.GetTimestamp();

    /// <summary>Bytes that an earlier fetch had left; they count as done, not toward the rate.</summary>
    public void Keep(long bytes) => Interlocked.Add(ref _kept, bytes);

    public void Add(int bytes)
    {
        var fetched = Interlocked.Add(ref _fetched, bytes);
        if (progress is null)
            return;
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (time.GetElapsedTime(_reported, now) < interval)
                return;
            _reported = now;
        }
        var seconds = time.GetElapsedTime(_start).TotalSeconds;
        progress.Report(new DownloadProgress(fetched + Interlocked.Read(ref _kept), totalBytes, seconds == 0 ? 0 : fetched / seconds));
    }
}
