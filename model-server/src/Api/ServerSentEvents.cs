using System.Buffers;
using System.Text.Json;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api;

/// <summary>Writes events of one <c>data:</c> line each, and sends each at once. The first begins the answer, so that whatever
/// fails before it is an ordinary error with its own status.</summary>
internal sealed class ServerSentEvents(HttpContext context)
{
    private readonly HttpResponse _response = context.Response;

    public bool HasStarted { get; private set; }

    /// <param name="writeData">Writes UTF-8 without line breaks.</param>
    public Task SendAsync(Action<IBufferWriter<byte>> writeData)
    {
        Start();
        _response.BodyWriter.Write("data: "u8);
        writeData(_response.BodyWriter);
        return EndAsync();
    }

    public Task SendJsonAsync(Action<Utf8JsonWriter> write) => SendAsync(output =>
    {
        using var json = new Utf8JsonWriter(output, JsonText.WriterOptions);
        write(json);
    });

    /// <summary>Sends a comment, which clients ignore, to show that the connection lives.</summary>
    public Task KeepAliveAsync()
    {
        Start();
        _response.BodyWriter.Write(":"u8);
        return EndAsync();
    }

    private async Task EndAsync()
    {
        _response.BodyWriter.Write("\n\n"u8);
        await _response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    // Proxies are told not to buffer the stream.
    private void Start()
    {
        if (HasStarted)
        {
            return;
        }
        HasStarted = true;
        _response.ContentType = "text/event-stream; charset=utf-8";
        _response.Headers.CacheControl = "no-cache";
        _response.Headers["X-Accel-Buffering"] = "no";
    }
}
