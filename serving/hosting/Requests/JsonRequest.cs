using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Serving.Hosting.Errors;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Hosting.Requests;

/// <summary>
/// A request body that is a JSON object, read field by field so that each mistake names the field, its value and what is
/// accepted. An explicit null counts as absent; unknown fields are ignored; the content type is not looked at, because
/// deployed clients send JSON under other names.
/// </summary>
public sealed class JsonRequest : IDisposable
{
    private readonly JsonDocument _document;

    private JsonRequest(JsonDocument document) => _document = document;

    /// <exception cref="ApiException">The body is not a JSON object.</exception>
    public static async Task<JsonRequest> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        JsonDocument document;
        try
        {
            document = await JsonDocument.ParseAsync(request.Body, default, cancellationToken);
        }
        catch (JsonException exception)
        {
            // Its own message speaks of the parser's options, which are no caller's business.
            throw new ApiException(ErrorKind.InvalidRequest, string.Create(CultureInfo.InvariantCulture,
                $"the body is not valid JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}"));
        }
        // What Kestrel makes of some broken chunks, where others are a BadHttpRequestException.
        catch (IOException exception) when (exception is not BadHttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(ErrorKind.InvalidRequest, $"the body can't be read: {exception.Message}");
        }
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            var message = $"the body must be a JSON object; got {Quote(document.RootElement)}";
            document.Dispose();
            throw new ApiException(ErrorKind.InvalidRequest, message);
        }
        return new JsonRequest(document);
    }

    /// <summary>The field as it was sent, or null when absent or null.</summary>
    public JsonElement? Element(string name)
    {
        try
        {
            return Member(_document.RootElement, name);
        }
        catch (InvalidOperationException)
        {
            throw new ApiException(ErrorKind.InvalidRequest, "the body has a field whose name is not valid Unicode");
        }
    }

    /// <summary>A field of an object inside the body, or null when absent or null.</summary>
    /// <param name="parent">An object.</param>
    /// <param name="name">Of the field.</param>
    /// <param name="parentName">As errors call the object.</param>
    public static JsonElement? Element(JsonElement parent, string name, string parentName)
    {
        try
        {
            return Member(parent, name);
        }
        catch (InvalidOperationException)
        {
            throw ApiException.Invalid(parentName, $"'{parentName}' has a field whose name is not valid Unicode");
        }
    }

    public string? String(string name) => Element(name) is { } element ? AsString(element, name) : null;

    /// <summary>A whole number in [<paramref name="min"/>, <paramref name="max"/>]; 16.0 counts as 16, as it does in Python clients.</summary>
    public long? Integer(string name, long min = long.MinValue, long max = long.MaxValue)
    {
        if (Element(name) is not { } element)
        {
            return null;
        }
        if (element.ValueKind == JsonValueKind.Number && TryGetWhole(element, out var value) && value >= min && value <= max)
        {
            return value;
        }
        var range = (min, max) == (long.MinValue, long.MaxValue) ? " of at most 64 bits" : Between(min, max);
        throw Mistake(name, $"a whole number{range}", element);
    }

    /// <summary>A finite number in [<paramref name="min"/>, <paramref name="max"/>].</summary>
    public double? Number(string name, double min = double.MinValue, double max = double.MaxValue)
    {
        if (Element(name) is not { } element)
        {
            return null;
        }
        if (element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var value) && value >= min && value <= max)
        {
            return value;
        }
        throw Mistake(name, $"a number{Between(min, max)}", element);
    }

    public bool? Boolean(string name) => Element(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } element => throw Mistake(name, "true or false", element),
    };

    /// <summary>A string's text, or an error that names <paramref name="name"/> when it is no string or no valid Unicode.</summary>
    public static string AsString(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            throw Mistake(name, "a string", element);
        }
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw ApiException.Invalid(name, $"'{name}' is not valid Unicode: it holds an unpaired surrogate or bytes that are not UTF-8");
        }
    }

    /// <summary>An error that states field, expectation and value.</summary>
    public static ApiException Mistake(string name, string expected, JsonElement got) =>
        ApiException.Invalid(name, $"'{name}' must be {expected}; got {Quote(got)}");

    public void Dispose() => _document.Dispose();

    // Comparing with an escaped field name fails when that name holds an unpaired surrogate.
    private static JsonElement? Member(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var element) && element.ValueKind != JsonValueKind.Null ? element : null;

    private static bool TryGetWhole(JsonElement element, out long value)
    {
        if (element.TryGetInt64(out value))
        {
            return true;
        }
        // 2^53: beyond it a double no longer holds every whole number.
        if (element.TryGetDouble(out var number) && Math.Abs(number) <= 9007199254740992 && Math.Truncate(number) == number)
        {
            value = (long)number;
            return true;
        }
        return false;
    }

    private static string Between(double min, double max) => (min <= long.MinValue, max >= long.MaxValue) switch
    {
        (true, true) => "",
        (true, false) => string.Create(CultureInfo.InvariantCulture, $" of at most {max:#,0.##}"),
        (false, true) => string.Create(CultureInfo.InvariantCulture, $" of at least {min:#,0.##}"),
        _ => string.Create(CultureInfo.InvariantCulture, $" between {min:#,0.##} and {max:#,0.##}"),
    };

    private static string Quote(JsonElement element)
    {
        try
        {
            return Excerpt.Of(element.GetRawText());
        }
        // The parser looks at bytes inside a string only when they become text.
        catch (InvalidOperationException)
        {
            return "text that is not UTF-8";
        }
    }
}
