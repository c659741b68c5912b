using System.Buffers;
using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Serving.Hosting.Requests;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Hosting.Errors;

/// <summary>Writes an error in the OpenAI envelope: <c>{"error":{"message","type","param","code"}}</c>, all four present.</summary>
public static class ErrorBody
{
    /// <summary>The envelope as UTF-8 JSON, for responses and for events inside a stream that has already begun.</summary>
    public static byte[] Serialize(ErrorKind kind, string message, string? parameter = null)
    {
        var (_, type, code) = ErrorTable.Row(kind);
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("error");
            writer.WriteString("message", message);
            writer.WriteString("type", type);
            writer.WriteString("param", parameter);
            writer.WriteString("code", code);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Answers the request with the error. The response must not have started.</summary>
    public static async Task WriteAsync(HttpContext context, ApiException error)
    {
        var response = context.Response;
        var body = Serialize(error.Kind, error.Message, error.Parameter);
        response.StatusCode = ErrorTable.Row(error.Kind).Status;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        if (error.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted);
        }
    }
}
