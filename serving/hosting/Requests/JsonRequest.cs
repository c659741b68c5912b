using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Serving.Hosting.Errors;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Hosting.Requests;

/// <summary>A request body that is a JSON object. The content type is not looked at, because deployed clients send JSON under
/// other names.</summary>
public sealed class JsonRequest : JsonFields, IDisposable
{
    private const int MaxDepth = 64;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth };

    private readonly JsonDocument _document;

    private JsonRequest(JsonDocument document)
        : base(document.RootElement) => _document = document;

    /// <exception cref="ApiException">The body is not a JSON object.</exception>
    public static async Task<JsonRequest> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return OfObject(await JsonDocument.ParseAsync(request.Body, Options, cancellationToken));
        }
        catch (JsonException exception)
        {
            throw NotJson(exception);
        }
        catch (IOException exception) when (RequestBytes.IsBroken(exception, cancellationToken))
        {
            throw RequestBytes.Broken(exception);
        }
    }

    /// <summary>The same of a part of a body that has been read.</summary>
    /// <param name="utf8">The part.</param>
    /// <param name="notJson">How an API tells that it is no JSON, if it has words of its own: from where that shows, and why if
    /// there is more to say.</param>
    /// <exception cref="ApiException">The part is not a JSON object.</exception>
    public static JsonRequest Parse(ReadOnlyMemory<byte> utf8, Func<JsonException, string?, ApiException>? notJson = null)
    {
        try
        {
            return OfObject(JsonDocument.Parse(utf8, Options));
        }
        catch (JsonException exception)
        {
            throw notJson?.Invoke(exception, TooDeep(exception)) ?? NotJson(exception);
        }
    }

    public void Dispose() => _document.Dispose();

    private static JsonRequest OfObject(JsonDocument document)
    {
        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return new JsonRequest(document);
        }
        var message = $"the body must be a JSON object; got {Quote(document.RootElement)}";
        document.Dispose();
        throw new ApiException(ErrorKind.InvalidRequest, message);
    }

    private static ApiException NotJson(JsonException exception)
    {
        var where = string.Create(CultureInfo.InvariantCulture, $"line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}");
        return new ApiException(ErrorKind.InvalidRequest, TooDeep(exception) is { } why
            ? $"the body is not valid JSON: {why}, at {where}"
            : $"the body is not valid JSON: {where}");
    }

    // The parser's own message speaks of its options, which are no caller's business; that it is about depth is told there only.
    private static string? TooDeep(JsonException exception) => exception.Message.Contains("maximum configured depth", StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"nested more than {MaxDepth} levels deep, which is as far as it is read")
        : null;
}
