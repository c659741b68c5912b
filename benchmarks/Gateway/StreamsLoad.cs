using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;

namespace ElasticSynapse.Benchmarks.Gateway;

/// <summary>Many event streams at a time, whose events say when they were written.</summary>
internal static class StreamsLoad
{
    /// <returns>How long events took from the upstream to here, ascending, once all streams had begun.</returns>
    /// <exception cref="BenchmarkException">A stream was not answered with success.</exception>
    public static async Task<IReadOnlyList<TimeSpan>> RunAsync(Uri server, int streams, int seconds)
    {
        using var http = new HttpClient { BaseAddress = server, Timeout = TimeSpan.FromSeconds(30), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", ProxyFiles.Key) } };
        using var warm = new CountdownEvent(streams);
        using var ends = new CancellationTokenSource();
        var reading = Enumerable.Range(0, streams).Select(_ => ReadAsync(http, warm, ends.Token)).ToArray();
        await Task.WhenAny(Task.Run(warm.Wait), Task.WhenAll(reading)); // the latter when one fails
        ends.CancelAfter(TimeSpan.FromSeconds(seconds));
        return [.. (await Task.WhenAll(reading)).SelectMany(delays => delays).Order()];
    }

    private static async Task<List<TimeSpan>> ReadAsync(HttpClient http, CountdownEvent warm, CancellationToken ends)
    {
        var delays = new List<TimeSpan>();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, TrivialUpstream.StreamPath)
            {
                Content = new StringContent("""{"inputs":"The quick brown fox"}""", Encoding.UTF8, "application/json"),
            };
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, CancellationToken.None);
            if (!answer.IsSuccessStatusCode)
            {
                throw new BenchmarkException($"{http.BaseAddress} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(CancellationToken.None)}");
            }
            await using var body = await answer.Content.ReadAsStreamAsync(CancellationToken.None);
            var buffer = new byte[1024];
            var isFirst = true;
            while (true)
            {
                var read = await body.ReadAsync(buffer, ends);
                var now = Stopwatch.GetTimestamp();
                if (read == 0)
                {
                    throw new BenchmarkException($"{http.BaseAddress} ended a stream");
                }
                if (isFirst)
                {
                    isFirst = false;
                    warm.Signal();
                }
                else if (warm.IsSet && WrittenAt(buffer.AsSpan(0, read)) is { } writtenAt)
                {
                    delays.Add(Stopwatch.GetElapsedTime(writtenAt, now));
                }
            }
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            return delays;
        }
        catch (OperationCanceledException)
        {
            throw new BenchmarkException($"{http.BaseAddress} did not begin a stream within {http.Timeout.TotalSeconds:N0} s");
        }
    }

    private static long? WrittenAt(ReadOnlySpan<byte> eventText) =>
        eventText.StartsWith("data: "u8) && Utf8Parser.TryParse(eventText["data: "u8.Length..], out long ticks, out _) ? ticks : null;
}
