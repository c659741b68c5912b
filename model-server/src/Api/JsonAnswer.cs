namespace ElasticSynapse.ModelServer.Api;

/// <summary>Answers with a whole JSON body.</summary>
internal static class JsonAnswer
{
    public static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> utf8)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = utf8.Length;
        await context.Response.Body.WriteAsync(utf8, context.RequestAborted);
    }
}
