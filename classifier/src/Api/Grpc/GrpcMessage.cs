using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using ElasticSynapse.Serving.Hosting.Errors;
using Google.Protobuf;

namespace ElasticSynapse.Classifier.Api.Grpc;

/// <summary>A message as gRPC carries it in a body: a byte that says whether it is compressed, its length, itself.</summary>
internal static class GrpcMessage
{
    /// <summary>How messages may come.</summary>
    public const string Encodings = "identity,gzip";

    private const int PrefixBytes = 5;

    /// <summary>The one message of a unary call.</summary>
    /// <param name="maxBytes">Of the message once it is decompressed.</param>
    /// <exception cref="ApiException">No message, more than one, too large a one, or one that is broken.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request, MessageParser<T> parser, int maxBytes, CancellationToken cancelled)
        where T : IMessage<T>
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancelled);
        var body = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        if (body.Length < PrefixBytes || BinaryPrimitives.ReadUInt32BigEndian(body.Span[1..]) != body.Length - PrefixBytes)
        {
            throw new ApiException(ErrorKind.InvalidRequest, string.Create(CultureInfo.InvariantCulture, $"the body of {body.Length:N0} bytes is not one gRPC message"));
        }
        var message = body[PrefixBytes..];
        try
        {
            return parser.ParseFrom(body.Span[0] == 0 ? message.Span : Decompress(request, message, maxBytes));
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidDataException)
        {
            throw new ApiException(ErrorKind.InvalidRequest, $"the message is no {typeof(T).Name}");
        }
    }

    public static byte[] Write(IMessage message)
    {
        var body = new byte[PrefixBytes + message.CalculateSize()];
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(1), (uint)(body.Length - PrefixBytes));
        message.WriteTo(body.AsSpan(PrefixBytes));
        return body;
    }

    // A few kilobytes can unpack to gigabytes.
    private static byte[] Decompress(HttpRequest request, ReadOnlyMemory<byte> message, int maxBytes)
    {
        var encoding = request.Headers["grpc-encoding"].ToString();
        if (encoding != "gzip")
        {
            throw new ApiException(ErrorKind.MethodNotAllowed, $"messages compressed as '{Excerpt.Of(encoding)}' are not read; accepted: gzip and identity");
        }
        using var compressed = new GZipStream(new MemoryStream(message.ToArray()), CompressionMode.Decompress);
        var plain = new byte[maxBytes + 1];
        var length = compressed.ReadAtLeast(plain, plain.Length, throwOnEndOfStream: false);
        return length <= maxBytes
            ? plain[..length]
            : throw new ApiException(ErrorKind.PayloadTooLarge, string.Create(CultureInfo.InvariantCulture,
                $"the message has more than {maxBytes:N0} bytes once decompressed (Http__MaxRequestBodyBytes)"));
    }
}
