using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Serving.Hosting.Requests;

/// <summary>
/// A JSON object, read field by field so that each mistake names the field, its value and what is accepted. An explicit null
/// counts as absent; unknown fields are ignored.
/// </summary>
/// <param name="json">An object.</param>
/// <param name="path">How errors call the object inside the body, such as <c>parameters</c>; null for the body itself.</param>
public class JsonFields(JsonElement json, string? path = null)
{
    /// <summary>The field as it was sent, or null when absent or null.</summary>
    public JsonElement? Element(string name)
    {
        try
        {
            return Member(json, name);
        }
        catch (InvalidOperationException)
        {
            var owner = path is null ? "the body" : $"'{path}'";
            throw new ApiException(ErrorKind.InvalidRequest, $"{owner} has a field whose name is not valid Unicode", path);
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

    public string? String(string name) => Element(name) is { } element ? AsString(element, At(name)) : null;

    /// <summary>A string that must be there.</summary>
    public string Required(string name) => String(name) ?? throw ApiException.Invalid(At(name), $"'{At(name)}' is required: a string");

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
        throw Mistake(At(name), $"a whole number{range}", element);
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
        throw Mistake(At(name), $"a number{Between(min, max)}", element);
    }

    public bool? Boolean(string name) => Element(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } element => throw Mistake(At(name), "true or false", element),
    };

    /// <summary>An object inside this one.</summary>
    public JsonFields? Object(string name) => Element(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } element => new JsonFields(element, At(name)),
        { } element => throw Mistake(At(name), "an object", element),
    };

    /// <summary>The objects of an array.</summary>
    public IReadOnlyList<JsonFields>? Objects(string name) => Items(name, "an array of objects")
        ?.Select((item, index) => item.ValueKind == JsonValueKind.Object
            ? new JsonFields(item, At(name, index))
            : throw Mistake(At(name, index), "an object", item))
        .ToList();

    /// <summary>The strings of an array.</summary>
    public IReadOnlyList<string>? Strings(string name) => Items(name, "an array of strings")
        ?.Select((item, index) => AsString(item, At(name, index)))
        .ToList();

    /// <summary>How errors call a field of this object.</summary>
    public string At(string name) => path is null ? name : $"{path}.{name}";

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

    private JsonElement.ArrayEnumerator? Items(string name, string expected) => Element(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } array => array.EnumerateArray(),
        { } element => throw Mistake(At(name), expected, element),
    };

    private string At(string name, int index) => string.Create(CultureInfo.InvariantCulture, $"{At(name)}[{index}]");

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

    private protected static string Quote(JsonElement element)
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
