using System.Globalization;
using ElasticSynapse.Serving.Hosting.Configuration;
using Microsoft.Extensions.Configuration;

namespace ElasticSynapse.Serving.Hosting.Tracing;

/// <summary>OpenTelemetry's standard settings, <c>OTEL_*</c>, checked before the SDK reads them: it passes over what it can't
/// read or does not know, and would leave a service untraced without a word.</summary>
/// <remarks>opentelemetry.io, "Environment variable specification" and "OTLP exporter configuration".</remarks>
internal sealed class StandardSettings
{
    public const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    public const string TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

    private const string Prefix = "OTEL_";
    private const string Exporter = "OTEL_TRACES_EXPORTER";
    private const string Disabled = "OTEL_SDK_DISABLED";
    private const string Sampler = "OTEL_TRACES_SAMPLER";
    private const string SamplerArgument = "OTEL_TRACES_SAMPLER_ARG";

    private static readonly Dictionary<string, (Func<string, bool> Accepts, string Rule)> Rules = new(StringComparer.OrdinalIgnoreCase)
    {
        [Disabled] = OneOf("true", "false"),
        ["OTEL_SERVICE_NAME"] = (_ => true, ""),
        ["OTEL_RESOURCE_ATTRIBUTES"] = (IsList, "must be a list such as team=search,deployment.environment.name=test"),
        [Exporter] = OneOf("otlp", "none"),
        ["OTEL_METRICS_EXPORTER"] = OneOf("prometheus", "none"),
        ["OTEL_LOGS_EXPORTER"] = OneOf("console", "none"),
        ["OTEL_PROPAGATORS"] = (value => value.Split(',').All(one => one is "tracecontext" or "baggage"), "must be tracecontext, with or without baggage"),
        [Sampler] = OneOf([.. TraceSamplers.Names]),
        [SamplerArgument] = (value => TraceSamplers.TryReadRatio(value, out _), "must be a number from 0 to 1"),
        [Endpoint] = Address(), [TracesEndpoint] = Address(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = OneOf("grpc", "http/protobuf"), ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = OneOf("grpc", "http/protobuf"),
        ["OTEL_EXPORTER_OTLP_HEADERS"] = (IsList, "must be a list such as api-key=abc,tenant=x"), ["OTEL_EXPORTER_OTLP_TRACES_HEADERS"] = (IsList, "must be a list such as api-key=abc,tenant=x"),
        ["OTEL_EXPORTER_OTLP_TIMEOUT"] = Number(), ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT"] = Number(),
        ["OTEL_EXPORTER_OTLP_COMPRESSION"] = OneOf("gzip", "none"), ["OTEL_EXPORTER_OTLP_TRACES_COMPRESSION"] = OneOf("gzip", "none"),
        ["OTEL_BSP_SCHEDULE_DELAY"] = Number(), ["OTEL_BSP_EXPORT_TIMEOUT"] = Number(),
        ["OTEL_BSP_MAX_QUEUE_SIZE"] = Number(), ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"] = Number(),
        ["OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"] = Number(), ["OTEL_ATTRIBUTE_COUNT_LIMIT"] = Number(),
        ["OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT"] = Number(), ["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT"] = Number(),
    };

    private StandardSettings(bool exportsTraces, string sampler, string? samplerArgument, IReadOnlyList<string> unknown) =>
        (ExportsTraces, SamplerName, SamplerRatio, Unknown) = (exportsTraces, sampler, samplerArgument, unknown);

    /// <summary>Whether traces go anywhere: an endpoint or the exporter is set, and neither is switched off.</summary>
    public bool ExportsTraces { get; }

    public string SamplerName { get; }

    public string? SamplerRatio { get; }

    /// <summary>Settings of the name that have no effect here; not refused, because clusters set some for everybody.</summary>
    public IReadOnlyList<string> Unknown { get; }

    /// <summary>Reads the settings and tells <paramref name="options"/> what is wrong with them.</summary>
    public static StandardSettings Read(IConfiguration configuration, OptionsReader options)
    {
        var given = configuration.GetChildren()
            .Where(entry => entry.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && !string.IsNullOrEmpty(entry.Value))
            .ToDictionary(entry => entry.Key, entry => entry.Value!, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in given)
        {
            if (Rules.TryGetValue(name, out var rule) && !rule.Accepts(value))
            {
                // Headers may hold a key.
                options.Add(name.EndsWith("HEADERS", StringComparison.OrdinalIgnoreCase) ? $"{name} {rule.Rule}" : $"{name}='{value}': {rule.Rule}");
            }
        }
        var sampler = given.GetValueOrDefault(Sampler, TraceSamplers.Default);
        if (given.ContainsKey(SamplerArgument) && !TraceSamplers.TakesRatio(sampler))
        {
            options.Add($"{SamplerArgument} has no effect: {Sampler} is {sampler}");
        }
        var isWanted = given.TryGetValue(Exporter, out var exporter) ? exporter == "otlp" : given.ContainsKey(Endpoint) || given.ContainsKey(TracesEndpoint);
        var isDisabled = given.TryGetValue(Disabled, out var disabled) && disabled.Equals("true", StringComparison.OrdinalIgnoreCase);
        return new StandardSettings(
            isWanted && !isDisabled, sampler, given.GetValueOrDefault(SamplerArgument), [.. given.Keys.Where(name => !Rules.ContainsKey(name)).Order(StringComparer.Ordinal)]);
    }

    private static (Func<string, bool>, string) OneOf(params string[] values) =>
        (value => values.Contains(value, StringComparer.OrdinalIgnoreCase), $"must be {string.Join(", ", values)}");

    private static (Func<string, bool>, string) Number() =>
        (value => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _), "must be a whole number of at least 0");

    private static (Func<string, bool>, string) Address() => (
        value => Uri.TryCreate(value, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https"),
        "must be an http: or https: address");

    private static bool IsList(string value) => value.Split(',').All(pair => pair.IndexOf('=', StringComparison.Ordinal) > 0);
}
