using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tool;

/// <summary>Shows how far a fetch is: a bar on a terminal, lines elsewhere.</summary>
internal sealed class FetchProgress(TextWriter error, bool hasTerminal) : IProgress<DownloadProgress>, IDisposable
{
    private const int BarWidth = 30;

    private readonly Lock _lock = new();
    private bool _isBarShown;

    public void Report(DownloadProgress value)
    {
        lock (_lock)
        {
            if (!hasTerminal)
            {
                error.WriteLine($"fetching: {value}");
                return;
            }
            var filled = value.TotalBytes is > 0 and var total ? (int)(BarWidth * value.FetchedBytes / total) : 0;
            error.Write($"\r[{new string('#', filled)}{new string('-', BarWidth - filled)}] {value}   ");
            _isBarShown = true;
        }
    }

    public void Dispose()
    {
        if (_isBarShown)
            error.WriteLine();
    }
}
