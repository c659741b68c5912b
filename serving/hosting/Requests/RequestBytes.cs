using ElasticSynapse.Serving.Hosting.Errors;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Hosting.Requests;

/// <summary>Reads a whole body.</summary>
public static class RequestBytes
{
    /// <exception cref="ApiException">The body breaks off, or its chunks are broken.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, CancellationToken cancelled)
    {
        using var buffer = new MemoryStream();
        try
        {
            await request.Body.CopyToAsync(buffer, cancelled);
        }
        catch (IOException exception) when (IsBroken(exception, cancelled))
        {
            throw Broken(exception);
        }
        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    // What Kestrel makes of some broken chunks, where others are a BadHttpRequestException.
    internal static bool IsBroken(IOException exception, CancellationToken cancelled) =>
        exception is not BadHttpRequestException && !cancelled.IsCancellationRequested;

    internal static ApiException Broken(IOException exception) =>
        new(ErrorKind.InvalidRequest, $"the body can't be read: {exception.Message}");
}
