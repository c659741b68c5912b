using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api.TensorFlow;

/// <summary>Reads a body as TensorFlow Serving does: what is no JSON is told by its offset, in RapidJSON's words.</summary>
internal static class TensorFlowBody
{
    private const string Error = "JSON Parse error: ";

    /// <exception cref="ApiException">The body is not a JSON object.</exception>
    public static async Task<JsonRequest> ReadAsync(HttpRequest request, CancellationToken cancelled)
    {
        var body = await RequestBytes.ReadAsync(request, cancelled);
        return body.Span.ContainsAnyExcept(" \t\r\n"u8)
            ? JsonRequest.Parse(body, (mistake, why) => NotJson(body.Span, mistake, why))
            : throw new ApiException(ErrorKind.InvalidRequest, $"{Error}The document is empty");
    }

    private static ApiException NotJson(ReadOnlySpan<byte> body, JsonException mistake, string? why)
    {
        var lineStart = 0;
        for (var line = 0L; line < mistake.LineNumber; line++)
        {
            lineStart += body[lineStart..].IndexOf((byte)'\n') + 1;
        }
        return new ApiException(ErrorKind.InvalidRequest, string.Create(CultureInfo.InvariantCulture,
            $"{Error}{why ?? "Invalid value"}. at offset: {lineStart + mistake.BytePositionInLine}"));
    }
}
