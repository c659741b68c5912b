using System.Buffers;
using System.Text.Json;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Gateway.Requests;

/// <summary>A request's body in memory, so that it can be read for its model and sent more than once. Its size is bounded by
/// <c>Http__MaxRequestBodyBytes</c>, which BodyLimit has put in front.</summary>
internal static class RequestBody
{
    private const int FirstBytes = 4096;

    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength is 0)
        {
            return default;
        }
        // One byte more than declared, so that the read that finds the end needs no second buffer.
        var buffer = new byte[(request.ContentLength ?? FirstBytes) + 1];
        var length = 0;
        while (true)
        {
            var read = await request.Body.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                return buffer.AsMemory(0, length);
            }
            length += read;
            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }
    }

    /// <summary>The same body with another <c>model</c>.</summary>
    public static ReadOnlyMemory<byte> WithModel(ReadOnlyMemory<byte> body, Range modelAt, string model)
    {
        var (start, length) = modelAt.GetOffsetAndLength(body.Length);
        var writer = new ArrayBufferWriter<byte>(body.Length + model.Length);
        writer.Write(body.Span[..start]);
        using (var json = new Utf8JsonWriter(writer, JsonText.WriterOptions))
        {
            json.WriteStringValue(model);
        }
        writer.Write(body.Span[(start + length)..]);
        return writer.WrittenMemory;
    }
}
