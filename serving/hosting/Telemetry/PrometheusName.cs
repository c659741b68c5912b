using System.Text;

namespace ElasticSynapse.Serving.Hosting.Telemetry;

/// <summary>Prometheus names for OpenTelemetry's.</summary>
public static class PrometheusName
{
    /// <summary>
    /// Begins the names of meters whose instruments must come out under a peer's own names, for the autoscalers and dashboards
    /// that know those: what follows is set before the instrument's name, and nothing else is changed. <c>Prometheus:vllm:</c>
    /// makes <c>vllm:num_requests_running</c> of <c>num_requests_running</c>.
    /// </summary>
    public const string VerbatimMeter = "Prometheus:";

    internal static string Metric(string meter, string name, string? unit, bool isCounter) =>
        meter.StartsWith(VerbatimMeter, StringComparison.Ordinal) ? meter[VerbatimMeter.Length..] + name : Metric(name, unit, isCounter);

    /// <summary><c>http.server.request.duration</c> in <c>s</c> becomes <c>http_server_request_duration_seconds</c>.</summary>
    internal static string Metric(string name, string? unit, bool isCounter)
    {
        const string total = "_total";
        var text = Sanitize(name, allowColon: true);
        if (isCounter && text.EndsWith(total, StringComparison.Ordinal))
        {
            text = text[..^total.Length];
        }
        if (Unit(unit) is { } word && !(isCounter && unit == "1") && !text.EndsWith('_' + word, StringComparison.Ordinal))
        {
            text += '_' + word;
        }
        if (isCounter)
        {
            return text + total;
        }
        // Reserved for the series of histograms: .NET's dotnet.process.cpu.count is a gauge.
        const string count = "_count";
        return text.EndsWith(count, StringComparison.Ordinal) ? text[..^count.Length] : text;
    }

    internal static string Label(string name) => Sanitize(name, allowColon: false);

    /// <summary>The word for a unit in UCUM, as OpenTelemetry writes them; {annotations} such as {request} say what is counted and
    /// are no unit.</summary>
    internal static string? Unit(string? unit) => unit switch
    {
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "By" => "bytes",
        "1" => "ratio",
        "%" => "percent",
        _ => null,
    };

    /// <summary>A HELP text, or, with <paramref name="quotes"/>, what stands between quotes.</summary>
    internal static string Escape(string text, bool quotes)
    {
        if (text.AsSpan().IndexOfAny('\\', '\n', '"') < 0)
        {
            return text;
        }
        text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
    }

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
