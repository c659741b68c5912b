using System.Buffers;
using System.Text.Json;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api;

/// <summary>Writes an answer once it is whole, so that whatever fails before is still an error answer.</summary>
internal static class JsonAnswer
{
    public static Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
        {
            write(writer);
        }
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = buffer.WrittenCount;
        return context.Response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted).AsTask();
    }
}
