using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.ModelServer.Generation;

/// <summary>The header <c>x-priority</c>: <c>interactive</c>, which is the default, or <c>batch</c>.</summary>
internal static class PriorityHeader
{
    public const string Header = "x-priority";

    /// <exception cref="ApiException">Another value.</exception>
    public static Priority Of(HttpContext context) => context.Request.Headers[Header].ToString() switch
    {
        "" or "interactive" => Priority.Interactive,
        "batch" => Priority.Batch,
        var other => throw ApiException.Invalid(Header, $"the header {Header} is '{Excerpt.Of(other)}'; accepted: interactive, batch"),
    };
}
