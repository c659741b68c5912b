using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Gateway.Browsers;

/// <summary>Which web pages may call from a browser. Bound from "Cors".</summary>
internal sealed class CorsOptions : IValidatableObject
{
    /// <summary>Origins with commas between, such as https://app.example; * is any. Default: none.</summary>
    public string? AllowedOrigins { get; set; }

    /// <summary>How long a browser may remember that it may. Default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00", ErrorMessage = "must be between 00:00:00 and 1.00:00:00")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(10);

    public IReadOnlyList<string> Origins =>
        AllowedOrigins?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Origins.FirstOrDefault(origin => !IsOrigin(origin)) is { } wrong)
        {
            yield return new ValidationResult($"'{wrong}' must be * or an origin such as https://app.example, without a path", [nameof(AllowedOrigins)]);
        }
        if (Origins.Count > 1 && Origins.Contains("*"))
        {
            yield return new ValidationResult("* is any origin; the others beside it have no effect", [nameof(AllowedOrigins)]);
        }
    }

    private static bool IsOrigin(string text) => text == "*"
        || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority) == text);
}
