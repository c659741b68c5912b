using System.Globalization;
using OpenTelemetry.Trace;

namespace ElasticSynapse.Serving.Hosting.Tracing;

/// <summary>The samplers that the standard names.</summary>
internal static class TraceSamplers
{
    public const string Default = "parentbased_always_on";

    private const string ParentBased = "parentbased_";
    private const string Ratio = "traceidratio";

    public static IReadOnlyList<string> Names { get; } =
        ["always_on", "always_off", Ratio, Default, "parentbased_always_off", ParentBased + Ratio];

    public static bool TakesRatio(string name) => name.EndsWith(Ratio, StringComparison.OrdinalIgnoreCase);

    public static bool TryReadRatio(string text, out double ratio) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out ratio) && ratio is >= 0 and <= 1;

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="ratio">Share of traces, for those that take one; null for all.</param>
    public static Sampler Of(string name, string? ratio)
    {
        name = name.ToLowerInvariant();
        var isParentBased = name.StartsWith(ParentBased, StringComparison.Ordinal);
        Sampler root = (isParentBased ? name[ParentBased.Length..] : name) switch
        {
            "always_on" => new AlwaysOnSampler(),
            "always_off" => new AlwaysOffSampler(),
            _ => new TraceIdRatioBasedSampler(ratio is not null && TryReadRatio(ratio, out var share) ? share : 1),
        };
        return isParentBased ? new ParentBasedSampler(root) : root;
    }
}
