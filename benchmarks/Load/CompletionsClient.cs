using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;

namespace ElasticSynapse.Benchmarks.Load;

/// <summary>Streams completions, each over a connection of its own: llama.cpp closes some that a client would use again.</summary>
internal sealed class CompletionsClient(Uri server) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = server, DefaultRequestHeaders = { ConnectionClose = true } };

    /// <summary>What one request took.</summary>
    /// <param name="First">Until its first event.</param>
    /// <param name="Total">Until its end.</param>
    /// <param name="Events">Lines of data, the last ones without text included.</param>
    /// <param name="Tokens">Generated, as the server counts them.</param>
    internal readonly record struct Streamed(TimeSpan First, TimeSpan Total, int Events, int Tokens);

    /// <param name="prompt">Token ids.</param>
    /// <param name="newTokens">Generated exactly, greedily.</param>
    /// <param name="arrived">Called at each event.</param>
    public async Task<Streamed> StreamAsync(int[] prompt, int newTokens, Action arrived)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            prompt,
            max_tokens = newTokens,
            temperature = 0,
            ignore_eos = true,
            stream = true,
            stream_options = new { include_usage = true },
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        var start = Stopwatch.GetTimestamp();
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (!response.IsSuccessStatusCode)
        {
            throw new BenchmarkException($"{server} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        }
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        var first = TimeSpan.Zero;
        int events = 0, tokens = 0;
        while (await lines.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith("data: {", StringComparison.Ordinal))
            {
                continue;
            }
            if (events++ == 0)
            {
                first = Stopwatch.GetElapsedTime(start);
            }
            arrived();
            if (line.Contains("\"completion_tokens\"", StringComparison.Ordinal))
            {
                using var json = JsonDocument.Parse(line.AsMemory("data: ".Length));
                tokens = json.RootElement.GetProperty("usage").GetProperty("completion_tokens").GetInt32();
            }
        }
        return tokens > 0
            ? new Streamed(first, Stopwatch.GetElapsedTime(start), events, tokens)
            : throw new BenchmarkException($"{server} ended a stream of {events} events without its usage");
    }

    public void Dispose() => _http.Dispose();
}
