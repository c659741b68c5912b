using System.Buffers;

namespace ElasticSynapse.Gateway.Forwarding;

/// <summary>Holds back a JSON answer until it is complete, so that one that breaks off can be asked for again elsewhere
/// instead of reaching the client as half an answer. Streams are never held back.</summary>
internal static class AnswerBuffer
{
    // Far above any answer of the model services; what is longer passes as it comes.
    private const int MaxBytes = 1024 * 1024;

    private const int ChunkBytes = 8192;

    public static bool Suits(HttpResponseMessage answer) =>
        answer.Content.Headers is { ContentType.MediaType: "application/json" or "application/problem+json" } headers
        && (headers.ContentLength ?? 0) <= MaxBytes;

    /// <exception cref="IOException">The answer broke off.</exception>
    /// <exception cref="HttpRequestException">The answer broke off.</exception>
    public static async Task FillAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        if (answer.Content.Headers.ContentLength is { } length)
        {
            var whole = new byte[length];
            await stream.ReadExactlyAsync(whole, cancellationToken);
            answer.Replace(new MemoryStream(whole, writable: false));
            return;
        }
        var buffer = new MemoryStream();
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        int read;
        while (buffer.Length < MaxBytes && (read = await stream.ReadAsync(chunk, cancellationToken)) > 0)
        {
            buffer.Write(chunk, 0, read);
        }
        ArrayPool<byte>.Shared.Return(chunk);
        buffer.Position = 0;
        answer.Replace(buffer.Length < MaxBytes ? buffer : new Concatenation(buffer, stream));
    }
}
