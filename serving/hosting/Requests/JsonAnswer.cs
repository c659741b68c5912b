using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Hosting.Requests;

/// <summary>Writes an answer once it is whole, so that whatever fails before is still an error answer.</summary>
public static class JsonAnswer
{
    public static Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        var body = JsonText.Write(write);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
