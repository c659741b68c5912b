using System.Diagnostics;

namespace ElasticSynapse.Benchmarks.Scrapes;

/// <summary>Scrapes a service over one kept connection, as Prometheus does.</summary>
internal sealed class Scraper(Uri service) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1.0 / ScrapeFigures.ScrapesPerSecond);

    private readonly HttpClient _http = new() { BaseAddress = service };

    /// <summary>Size of the last scrape.</summary>
    public int Bytes { get; private set; }

    /// <param name="goesOn">Asked before each scrape, with the number of those before.</param>
    /// <returns>Times, ascending.</returns>
    public async Task<IReadOnlyList<TimeSpan>> RunAsync(Func<int, bool> goesOn)
    {
        var times = new List<TimeSpan>();
        while (goesOn(times.Count))
        {
            var start = Stopwatch.GetTimestamp();
            Bytes = (await _http.GetByteArrayAsync("/metrics")).Length;
            times.Add(Stopwatch.GetElapsedTime(start));
            await Task.Delay(Pause, TimeProvider.System);
        }
        times.Sort();
        return times;
    }

    public void Dispose() => _http.Dispose();
}
