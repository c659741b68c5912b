using System.Text;

namespace ElasticSynapse.Serving.Hosting.Telemetry;

/// <summary>Prometheus names for OpenTelemetry's.</summary>
internal static class PrometheusName
{
    // Text Embeddings Inference's. Dashboards made for it ask for these names, which have neither units nor _total.
    private const string Foreign = "te_";

    /// <summary>Whether the name is another server's, taken over as it is.</summary>
    public static bool IsForeign(string name) => name.StartsWith(Foreign, StringComparison.Ordinal);

    /// <summary><c>http.server.request.duration</c> in <c>s</c> becomes <c>http_server_request_duration_seconds</c>.</summary>
    public static string Metric(string name, string? unit, bool isCounter)
    {
        const string total = "_total";
        if (IsForeign(name))
        {
            return name;
        }
        var text = Sanitize(name, allowColon: true);
        if (isCounter && text.EndsWith(total, StringComparison.Ordinal))
        {
            text = text[..^total.Length];
        }
        if (UnitSuffix(unit, isCounter) is { } suffix && !text.EndsWith(suffix, StringComparison.Ordinal))
        {
            text += suffix;
        }
        if (isCounter)
        {
            return text + total;
        }
        // Reserved for the series of histograms: .NET's dotnet.process.cpu.count is a gauge.
        const string count = "_count";
        return text.EndsWith(count, StringComparison.Ordinal) ? text[..^count.Length] : text;
    }

    public static string Label(string name) => Sanitize(name, allowColon: false);

    // Units in UCUM, as OpenTelemetry writes them; {annotations} such as {request} say what is counted and are no unit.
    private static string? UnitSuffix(string? unit, bool isCounter) => unit switch
    {
        "s" => "_seconds",
        "ms" => "_milliseconds",
        "us" => "_microseconds",
        "By" => "_bytes",
        "1" when !isCounter => "_ratio",
        "%" => "_percent",
        _ => null,
    };

    private static string Sanitize(string name, bool allowColon)
    {
        var text = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            var valid = char.IsAsciiLetterOrDigit(c) || c == '_' || (allowColon && c == ':');
            text.Append(valid ? c : '_');
        }
        if (text.Length == 0 || char.IsAsciiDigit(text[0]))
        {
            text.Insert(0, '_');
        }
        return text.ToString();
    }
}
