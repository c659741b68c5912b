using System.Buffers;
using System.Text.Json;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api;

/// <summary>Writes events of one <c>data:</c> line each, and sends each at once. The first begins the answer, so that whatever
/// fails before it is an ordinary error with its own status.</summary>
internal sealed class ServerSentEvents(HttpContext context) : IDisposable
{
    private readonly HttpResponse _response = context.Response;
    private readonly Utf8JsonWriter _json = new(Stream.Null, JsonText.WriterOptions); // one for all events

    public bool HasStarted { get; private set; }

    /// <param name="writeData">Writes UTF-8 without line breaks.</param>
    public Task SendAsync(Action<IBufferWriter<byte>> writeData)
    {
        Start();
        _response.BodyWriter.Write("data: "u8);
        writeData(_response.BodyWriter);
        return EndAsync();
    }

    public Task SendJsonAsync(Action<Utf8JsonWriter> write)
    {
        Start();
        _response.BodyWriter.Write("data: "u8);
        _json.Reset(_response.BodyWriter);
        write(_json);
        _json.Flush();
        return EndAsync();
    }

    /// <summary>Sends a comment, which clients ignore, to show that the connection lives.</summary>
    public Task KeepAliveAsync()
    {
        Start();
        _response.BodyWriter.Write(":"u8);
        return EndAsync();
    }

    public void Dispose()
    {
        // It must not write to a body that is no longer its own.
        _json.Reset(Stream.Null);
        _json.Dispose();
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
