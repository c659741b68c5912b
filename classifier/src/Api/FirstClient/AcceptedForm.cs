using Microsoft.Net.Http.Headers;

namespace ElasticSynapse.Classifier.Api.FirstClient;

/// <summary>Which of its two forms an answer has. Whoever takes anything gets the text, as it always did.</summary>
internal static class AcceptedForm
{
    private const string Json = "application/json";

    private static readonly string[] Texts = ["text/html", "text/plain"];

    /// <summary>True if JSON is named and no text before it; where it is not named, if it is accepted and the text is not.</summary>
    /// <param name="accepted">The ranges of <c>Accept</c>, as they were sent.</param>
    public static bool IsJson(IList<MediaTypeHeaderValue> accepted)
    {
        var named = accepted.Where(range => Quality(range) > 0 && (Is(range, Json) || Texts.Any(text => Is(range, text))));
        // A stable sort: of equal ones the first.
        return named.OrderByDescending(Quality).FirstOrDefault() is { } first
            ? Is(first, Json)
            : QualityOf(Json, accepted) > QualityOf(Texts[0], accepted);
    }

    // Of the range that says most about the type.
    private static double QualityOf(string type, IList<MediaTypeHeaderValue> accepted) =>
        (accepted.FirstOrDefault(range => Is(range, type))
            ?? accepted.FirstOrDefault(range => range.MatchesAllSubTypes && !range.MatchesAllTypes && type.StartsWith($"{range.Type}/", StringComparison.OrdinalIgnoreCase))
            ?? accepted.FirstOrDefault(range => range.MatchesAllTypes)) is { } range ? Quality(range) : 0;

    private static bool Is(MediaTypeHeaderValue range, string type) => range.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase);

    private static double Quality(MediaTypeHeaderValue range) => range.Quality ?? 1;
}
