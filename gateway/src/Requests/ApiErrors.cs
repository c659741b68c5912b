using System.Buffers;
using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Gateway.Requests;

/// <summary>Gives the gateway's own errors the shape of the API that was called. OpenAI's is what the defaults write.</summary>
internal sealed class ApiErrors(RequestDelegate next, LiveFleet fleet)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (ApiException error) when (!context.Response.HasStarted && Shape(context) is var shape and not ErrorShape.OpenAi)
        {
            await WriteAsync(context, error, shape);
        }
    }

    private ErrorShape Shape(HttpContext context) => context.Request.Path is { HasValue: true, Value: var path }
        ? RequestPath.Read(path, fleet.Current.Has)?.Shape ?? ErrorShape.OpenAi
        : ErrorShape.OpenAi;

    private static async Task WriteAsync(HttpContext context, ApiException error, ErrorShape shape)
    {
        var response = context.Response;
        var body = Serialize(error, shape);
        response.Clear();
        response.Headers[RequestIds.Header] = context.TraceIdentifier;
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

    private static ReadOnlyMemory<byte> Serialize(ApiException error, ErrorShape shape)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions);
        writer.WriteStartObject();
        writer.WriteString(shape == ErrorShape.RestX ? "message" : "error", error.Message);
        if (shape == ErrorShape.HuggingFace)
        {
            writer.WriteString("error_type", ErrorTable.Row(error.Kind).Code ?? "validation");
        }
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
