using System.Buffers;
using System.Globalization;
using ElasticSynapse.Serving.Hosting.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ElasticSynapse.Serving.Hosting.Requests;

/// <summary>Refuses a body over <see cref="HttpOptions.MaxRequestBodyBytes"/> with an answer that the caller gets to read.</summary>
internal sealed class BodyLimit(RequestDelegate next, HttpOptions options)
{
    // A caller that is still sending when the connection closes sees a reset instead of the 413, so a declared
    // body is read away first; past this many bytes it is not worth it.
    private const long MaxDrainedBytes = 64L * 1024 * 1024;

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.ContentLength is { } length && length > options.MaxRequestBodyBytes)
        {
            if (length <= MaxDrainedBytes)
            {
                await DrainAsync(context);
            }
            throw TooLarge(length.ToString("N0", CultureInfo.InvariantCulture));
        }
        // A body without a declared length is counted by Kestrel as it arrives.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = options.MaxRequestBodyBytes;
        }
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == 413 && !context.Response.HasStarted)
        {
            throw TooLarge("more than " + options.MaxRequestBodyBytes.ToString("N0", CultureInfo.InvariantCulture));
        }
    }

    private static async Task DrainAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = MaxDrainedBytes;
        }
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (await context.Request.Body.ReadAsync(buffer, context.RequestAborted) > 0)
            {
            }
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
