using System.Buffers;
using System.Globalization;
using ElasticSynapse.Serving.Hosting.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ElasticSynapse.Serving.Hosting.Requests;

/// <summary>Refuses a body over <see cref="HttpOptions.MaxRequestBodyBytes"/> with an answer that the caller gets to read.</summary>
internal sealed class BodyLimit(RequestDelegate next, HttpOptions options)
{
    // A caller that is still sending when the connection closes sees a reset instead of the 413, so the rest of a
    // body is read away first; past this many bytes it is not worth it.
    private const long MaxDrainedBytes = 64L * 1024 * 1024;

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } kestrel)
        {
            kestrel.MaxRequestBodySize = options.MaxRequestBodyBytes + MaxDrainedBytes;
        }
        return context.Request.ContentLength switch
        {
            null => CountAsync(context),
            { } length when length > options.MaxRequestBodyBytes => RefuseAsync(context, length),
            _ => next(context),
        };
    }

    private async Task RefuseAsync(HttpContext context, long length)
    {
        var request = context.Request;
        // Who asked first has not sent it.
        if (length <= MaxDrainedBytes && request.Headers.Expect.Count == 0)
        {
            await DrainAsync(request.Body, context.RequestAborted);
        }
        throw TooLarge(length.ToString("N0", CultureInfo.InvariantCulture));
    }

    /// <summary>A body without a declared length is counted as it arrives.</summary>
    private async Task CountAsync(HttpContext context)
    {
        var request = context.Request;
        var body = request.Body;
        request.Body = new CountedBody(body, options.MaxRequestBodyBytes);
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == 413 && !context.Response.HasStarted)
        {
            await DrainAsync(body, context.RequestAborted);
            throw TooLarge("more than " + options.MaxRequestBodyBytes.ToString("N0", CultureInfo.InvariantCulture));
        }
    }

    private static async Task DrainAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (await body.ReadAsync(buffer, cancellationToken) > 0)
            {
            }
        }
        // Far longer still, too slow, malformed, or broken off: the answer is the same.
        catch (IOException)
        {
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private ApiException TooLarge(string bytes) => new(
        ErrorKind.PayloadTooLarge,
        string.Create(CultureInfo.InvariantCulture,
            $"the body has {bytes} bytes; this server accepts {options.MaxRequestBodyBytes:N0} (Http__MaxRequestBodyBytes)"));
}
