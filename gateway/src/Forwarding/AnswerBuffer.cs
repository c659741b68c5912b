using System.Buffers;

namespace ElasticSynapse.Gateway.Forwarding;

/// <summary>Holds back a JSON answer until it is complete, so that one that breaks off can be asked for again elsewhere
/// instead of reaching the client as half an answer. Streams are never held back.</summary>
internal static class AnswerBuffer
{
    // Far above any answer of the model services; what is longer passes as it comes.
    private const int MaxBytes = 1024 * 1024;

    private const int ChunkBytes = 8192;

    public static bool Suits(HttpResponseMessage answer)
    {
        var headers = answer.Content.Headers;
        // HEAD is answered with the length of what it leaves out.
        return answer.RequestMessage?.Method != HttpMethod.Head
            && (headers.Is("application/json") || headers.Is("application/problem+json"))
            && (headers.ContentLength ?? 0) <= MaxBytes;
    }

    /// <returns>The whole answer; null when it turns out too long, and is to be passed on as it comes.</returns>
    /// <exception cref="IOException">The answer broke off.</exception>
    /// <exception cref="HttpRequestException">The answer broke off.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>?> FillAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        // RFC 9112, 6.3: where there are chunks too, the length says nothing.
        if (answer.Content.Headers.ContentLength is { } length && answer.Headers.TransferEncodingChunked is not true)
        {
            var whole = new byte[length];
            await stream.ReadExactlyAsync(whole, cancellationToken);
            return whole;
        }
        var buffer = new MemoryStream();
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        int read;
        while (buffer.Length < MaxBytes && (read = await stream.ReadAsync(chunk, cancellationToken)) > 0)
        {
            buffer.Write(chunk, 0, read);
        }
        ArrayPool<byte>.Shared.Return(chunk);
        if (buffer.Length < MaxBytes)
        {
            return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        }
        buffer.Position = 0;
        answer.Replace(new Concatenation(buffer, stream));
        return null;
    }
}
