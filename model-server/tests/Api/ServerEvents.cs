using System.Text;
using System.Text.Json;

namespace ElasticSynapse.ModelServer.Tests.Api;

/// <summary>A client that reads a stream of server-sent events to its [DONE].</summary>
internal static class ServerEvents
{
    public static async Task<List<JsonElement>> ReadAsync(ModelServerFixture server, object request)
    {
        using var content = new StringContent(JsonSerializer.Serialize(request), Encoding.UTF8, "application/json");
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = content };
        using var response = await server.Http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var events = new List<JsonElement>();
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line == "data: [DONE]")
            {
                return events;
            }
            if (line.Length > 0)
            {
                Assert.StartsWith("data: ", line, StringComparison.Ordinal);
                events.Add(JsonSerializer.Deserialize<JsonElement>(line["data: ".Length..]));
            }
        }
        throw new InvalidOperationException("the stream ended without [DONE]");
    }
}
