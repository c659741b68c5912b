using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;

namespace ElasticSynapse.Benchmarks.Gateway;

/// <summary>Requests at even distances, whether or not earlier ones have been answered.</summary>
internal static class PacedLoad
{
    /// <returns>Times of the requests, ascending; the first second's are left out.</returns>
    /// <exception cref="BenchmarkException">One was not answered with success.</exception>
    public static async Task<IReadOnlyList<TimeSpan>> RunAsync(Uri server, int perSecond, int seconds)
    {
        using var http = new HttpClient { BaseAddress = server, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", ProxyFiles.Key) } };
        var sending = new List<Task<TimeSpan>>();
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) is var elapsed && elapsed < TimeSpan.FromSeconds(seconds + 1))
        {
            while (sending.Count < elapsed.TotalSeconds * perSecond)
            {
                sending.Add(SendAsync(http));
            }
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
        return [.. (await Task.WhenAll(sending)).Skip(perSecond).Order()];
    }

    private static async Task<TimeSpan> SendAsync(HttpClient http)
    {
        var start = Stopwatch.GetTimestamp();
        using var content = new StringContent("""{"model":"gpt2","prompt":"The quick brown fox","max_tokens":16}""", Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync("/v1/completions", content);
        return answer.IsSuccessStatusCode
            ? Stopwatch.GetElapsedTime(start)
            : throw new BenchmarkException($"{http.BaseAddress} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }
}
