using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ElasticSynapse.Serving.Hosting.Telemetry;

/// <summary>The two text formats that Prometheus reads.</summary>
internal sealed class ExpositionFormat
{
    private const string OpenMetricsType = "application/openmetrics-text";
    private const string PrometheusType = "text/plain";

    /// <summary>Prometheus text 0.0.4: what everybody reads, browsers too.</summary>
    public static readonly ExpositionFormat Prometheus = new($"{PrometheusType}; version=0.0.4; charset=utf-8");

    /// <summary>OpenMetrics 1.0: also units, and exemplars with the ids of traces.</summary>
    public static readonly ExpositionFormat OpenMetrics = new($"{OpenMetricsType}; version=1.0.0; charset=utf-8");

    private ExpositionFormat(string contentType) => ContentType = contentType;

    public string ContentType { get; }

    /// <summary>What the scraper likes best of the two; whoever likes neither gets the first, as Prometheus' own clients do.</summary>
    public static ExpositionFormat For(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().Accept;
        var open = Liking(type => type.MediaType == OpenMetricsType && IsVersion1(type));
        var plain = Liking(type => type.MediaType == PrometheusType);
        return open > 0 && open >= plain ? OpenMetrics : Prometheus;

        double Liking(Func<MediaTypeHeaderValue, bool> isMeant) =>
            accepted.Where(isMeant).Select(type => type.Quality ?? 1).DefaultIfEmpty().Max();
    }

    private static bool IsVersion1(MediaTypeHeaderValue type)
    {
        foreach (var parameter in type.Parameters)
        {
            if (parameter.Name == "version")
            {
                return parameter.GetUnescapedValue() == "1.0.0";
            }
        }
        return true;
    }
}
