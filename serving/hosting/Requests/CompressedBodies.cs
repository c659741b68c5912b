using System.IO.Compression;
using ElasticSynapse.Serving.Hosting.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ElasticSynapse.Serving.Hosting.Requests;

/// <summary>Opens bodies that come compressed, <c>Content-Encoding: gzip</c> or <c>deflate</c>: later stages read them as if they
/// had not been, and <see cref="BodyLimit"/> counts what comes out.</summary>
internal sealed class CompressedBodies(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var encoding = context.Request.Headers.ContentEncoding.ToString();
        return encoding.Length == 0 || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase) ? next(context) : OpenAsync(context, encoding);
    }

    private async Task OpenAsync(HttpContext context, string encoding)
    {
        var request = context.Request;
        await using var body = Opened(request.Body, encoding);
        request.Body = body;
        request.ContentLength = null;
        request.Headers.Remove(HeaderNames.ContentEncoding);
        try
        {
            await next(context);
        }
        catch (InvalidDataException exception) when (!context.Response.HasStarted)
        {
            throw ApiException.Invalid(HeaderNames.ContentEncoding, $"the body is not {encoding}, as Content-Encoding says: {exception.Message}");
        }
    }

    private static Stream Opened(Stream body, string encoding) => encoding.ToLowerInvariant() switch
    {
        "gzip" or "x-gzip" => new GZipStream(body, CompressionMode.Decompress, leaveOpen: true),
        // RFC 9110, 8.4.1.2: the zlib format.
        "deflate" => new ZLibStream(body, CompressionMode.Decompress, leaveOpen: true),
        _ => throw ApiException.Invalid(HeaderNames.ContentEncoding, $"the body's Content-Encoding is '{Excerpt.Of(encoding)}'; accepted: gzip, deflate, identity"),
    };
}
