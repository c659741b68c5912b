using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api;

/// <summary>Fields of APIs that take a number as a number or as text: web forms send all values as text, and a query string has
/// nothing else.</summary>
/// <param name="value">The text of a field; null when absent.</param>
internal sealed class LooseFields(Func<string, string?> value)
{
    /// <summary>Fields of a JSON object: strings as they are, anything else as it is written.</summary>
    public static LooseFields Of(JsonFields json) => new(name => json.Element(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } element => JsonFields.AsString(element, json.At(name)),
        { } element => element.GetRawText(),
    });

    /// <summary>Fields of a query string; the last of several of one name.</summary>
    public static LooseFields Of(IQueryCollection query) => new(name => query[name] is [.., { } last] ? last : null);

    public string? Text(string name) => value(name);

    /// <summary>A whole number; 100.0 counts as 100.</summary>
    public int? Integer(string name, int min, int max) =>
        value(name) is not { } text
            ? null
            : Parse(text) is { } number && Math.Truncate(number) == number && number >= min && number <= max
                ? (int)number
                : throw Mistake(name, text, string.Create(CultureInfo.InvariantCulture, $"a whole number between {min:N0} and {max:N0}"));

    public float? Number(string name, float min, float max) =>
        value(name) is not { } text
            ? null
            : Parse(text) is { } number && number >= min && number <= max
                ? (float)number
                : throw Mistake(name, text, string.Create(CultureInfo.InvariantCulture, $"a number between {min} and {max}"));

    private static double? Parse(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static ApiException Mistake(string name, string got, string expected) =>
        ApiException.Invalid(name, $"'{name}' must be {expected}; got {Excerpt.Of(got)}");
}
