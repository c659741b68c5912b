using System.Globalization;
using System.Text;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Classifier.Api.Grpc;

/// <summary>How a gRPC call ends.</summary>
/// <remarks>grpc/grpc, <c>doc/statuscodes.md</c> and <c>doc/PROTOCOL-HTTP2.md</c>.</remarks>
internal static class GrpcStatus
{
    public const int Ok = 0;
    public const int Internal = 13;

    public static int Of(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidRequest or ErrorKind.ContextLengthExceeded => 3, // INVALID_ARGUMENT
        ErrorKind.DeadlineExceeded or ErrorKind.UpstreamTimeout => 4,     // DEADLINE_EXCEEDED
        ErrorKind.ModelNotFound or ErrorKind.NotFound => 5,               // NOT_FOUND
        ErrorKind.Overloaded or ErrorKind.PayloadTooLarge => 8,           // RESOURCE_EXHAUSTED
        ErrorKind.MethodNotAllowed => 12,                                 // UNIMPLEMENTED
        ErrorKind.NotReady or ErrorKind.UpstreamUnavailable => 14,        // UNAVAILABLE
        _ => Internal,
    };

    /// <summary>A message as the header takes it: UTF-8, percent-encoded but for printable ASCII. HTTP cuts blanks off at both
    /// ends.</summary>
    public static string Encode(string message)
    {
        var encoded = new StringBuilder(message.Length);
        var bytes = Encoding.UTF8.GetBytes(message);
        for (var i = 0; i < bytes.Length; i++)
        {
            var value = bytes[i];
            var isAtEnd = i == 0 || i == bytes.Length - 1;
            if (value is >= 0x20 and <= 0x7E and not (byte)'%' && !(isAtEnd && value == ' '))
            {
                encoded.Append((char)value);
            }
            else
            {
                encoded.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
            }
        }
        return encoded.ToString();
    }
}
