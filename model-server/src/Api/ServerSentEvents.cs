using System.Buffers;

namespace ElasticSynapse.ModelServer.Api;

/// <summary>Writes events of one <c>data:</c> line each, and sends each at once.</summary>
internal sealed class ServerSentEvents(HttpResponse response)
{
    /// <summary>Sets the headers of a stream; proxies are told not to buffer it.</summary>
    public void Start()
    {
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
    }

    /// <param name="writeData">Writes UTF-8 without line breaks.</param>
    /// <param name="cancelled">The caller has gone.</param>
    public async Task SendAsync(Action<IBufferWriter<byte>> writeData, CancellationToken cancelled)
    {
        response.BodyWriter.Write("data: "u8);
        writeData(response.BodyWriter);
        response.BodyWriter.Write("\n\n"u8);
        await response.BodyWriter.FlushAsync(cancelled);
    }
}
