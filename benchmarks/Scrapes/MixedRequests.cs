using System.Diagnostics;

namespace ElasticSynapse.Benchmarks.Scrapes;

/// <summary>Clients of a gateway that ask for a completion and for a text's labels in turns, one request after the other.</summary>
internal sealed class MixedRequests(Uri gateway) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = gateway };

    /// <returns>Times of the requests, ascending.</returns>
    /// <exception cref="BenchmarkException">One was not answered with success.</exception>
    public async Task<IReadOnlyList<TimeSpan>> RunAsync(int seconds)
    {
        var start = Stopwatch.GetTimestamp();
        var clients = Enumerable.Range(0, ScrapeFigures.Clients).Select(client => RunClientAsync(client, start, TimeSpan.FromSeconds(seconds)));
        return [.. (await Task.WhenAll(clients)).SelectMany(times => times).Order()];
    }

    public void Dispose() => _http.Dispose();

    private async Task<List<TimeSpan>> RunClientAsync(int client, long start, TimeSpan length)
    {
        var times = new List<TimeSpan>();
        while (Stopwatch.GetElapsedTime(start) < length)
        {
            var sent = Stopwatch.GetTimestamp();
            // Another text each time: the classifier knows those that it has read.
            using var answer = (client + times.Count) % 2 == 0
                ? await _http.PostAsJsonAsync("/v1/completions", new { prompt = "In winter, when the river", max_tokens = 16, temperature = 0 })
                : await _http.PostAsJsonAsync("/classify", new { text = $"What a lovely day for {client} of us, {sent}." });
            var body = await answer.Content.ReadAsStringAsync();
            if (!answer.IsSuccessStatusCode)
            {
                throw new BenchmarkException($"the gateway answered {(int)answer.StatusCode}: {body}");
            }
            times.Add(Stopwatch.GetElapsedTime(sent));
        }
        return times;
    }
}
