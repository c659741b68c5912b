using System.Globalization;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api.Grpc;

/// <summary>The header <c>grpc-timeout</c>: at most eight digits and a unit.</summary>
internal static class GrpcTimeout
{
    /// <summary>Milliseconds, at least 1 and at most a day; null for no timeout or one that can't be read, which gRPC ignores.</summary>
    public static int? Milliseconds(string? header)
    {
        if (header is not { Length: >= 2 and <= 9 } || !int.TryParse(header.AsSpan(0, header.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            return null;
        }
        double? milliseconds = header[^1] switch
        {
            'H' => value * 3_600_000.0,
            'M' => value * 60_000.0,
            'S' => value * 1_000.0,
            'm' => value,
            'u' => value / 1_000.0,
            'n' => value / 1_000_000.0,
            _ => null,
        };
        return milliseconds is { } given ? (int)Math.Clamp(given, 1, Deadline.MaxMilliseconds) : null;
    }
}
