using System.Diagnostics;

namespace ElasticSynapse.Benchmarks.Classifier;

/// <summary>A number of clients that have one text after the other classified.</summary>
/// <param name="Server">Answers POST /classify.</param>
/// <param name="MaxTokens">Of a text.</param>
/// <param name="Round">Decides the texts.</param>
internal sealed record ClassifyLoad(Uri Server, int MaxTokens, int Round)
{
    private readonly List<TimeSpan> _times = []; // of requests that were answered within the window
    private volatile bool _counting;
    private volatile bool _stopping;

    /// <summary>Runs until <paramref name="seconds"/> have passed since each client had its first answer, and there is another answer
    /// for each; only what happens in that window counts.</summary>
    /// <param name="measured">Called at the beginning of the window and at its end.</param>
    /// <returns>Times of the requests, ascending, and the length of the window.</returns>
    public async Task<(IReadOnlyList<TimeSpan> Times, TimeSpan Window)> RunAsync(int clients, int seconds, Func<Task> measured)
    {
        using var warm = new CountdownEvent(clients);
        using var http = new HttpClient { BaseAddress = Server };
        var running = Enumerable.Range(0, clients).Select(client => RunClientAsync(http, client, warm)).ToArray();
        await Task.WhenAny(Task.Run(warm.Wait), Task.WhenAll(running)); // the latter when one fails

        await measured();
        _counting = true;
        var start = Stopwatch.GetTimestamp();
        do
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System);
        }
        while (_times.Count < clients && !Array.Exists(running, client => client.IsFaulted));
        _counting = false;
        var window = Stopwatch.GetElapsedTime(start);
        await measured();

        _stopping = true;
        await Task.WhenAll(running);
        _times.Sort();
        return (_times, window);
    }

    private async Task RunClientAsync(HttpClient http, int client, CountdownEvent warm)
    {
        for (var request = 0; !_stopping; request++)
        {
            var text = Texts.Random(Round, client, request, Texts.Length(Round, client, request, MaxTokens));
            var start = Stopwatch.GetTimestamp();
            using var response = await http.PostAsJsonAsync("/classify", new { text });
            if (!response.IsSuccessStatusCode)
            {
                throw new BenchmarkException($"{Server} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
            }
            await response.Content.ReadAsByteArrayAsync();
            if (_counting)
            {
                lock (_times)
                {
                    _times.Add(Stopwatch.GetElapsedTime(start));
                }
            }
            if (request == 0)
            {
                warm.Signal();
            }
        }
    }
}
