using System.Globalization;
using System.Text;

namespace ElasticSynapse.Benchmarks.Report;

/// <summary>What was measured, and how it stands to the targets, as Markdown.</summary>
/// <param name="Setting">What was run.</param>
/// <param name="Contenders">The rows.</param>
/// <param name="Figures">The columns.</param>
/// <param name="Targets">Those whose contenders were measured are shown.</param>
internal sealed record BenchmarkReport(
    string Setting, IReadOnlyList<string> Contenders, IReadOnlyList<string> Figures, IReadOnlyList<Target> Targets)
{
    public string Show(Measurements measurements)
    {
        var figures = new MarkdownTable(["", .. Figures]);
        foreach (var contender in Contenders)
        {
            figures.Add([contender, .. Figures.Select(figure => Number(measurements.Of(contender, figure)))]);
        }
        var ratios = new MarkdownTable("ratio", "measured", "target");
        foreach (var target in Targets)
        {
            var compared = target.IsDifference
                ? measurements.Difference(target.Ours, target.Other, target.Figure)
                : measurements.Ratio(target.Ours, target.Other, target.Figure);
            if (compared is { } value)
            {
                ratios.Add($"{target.Ours} {(target.IsDifference ? '-' : '/')} {target.Other}: {target.Figure}", value.ToString("F2", CultureInfo.InvariantCulture),
                    string.Create(CultureInfo.InvariantCulture, $"at {(target.IsUpper ? "most" : "least")} {target.Bound}"));
            }
        }
        return new StringBuilder().Append(Machine.Describe()).Append('\n').Append(Setting).Append("\n\n").Append(figures).Append('\n').Append(ratios).ToString();
    }

    private static string Number(double? value) => value switch
    {
        null => "–",
        >= 100 => value.Value.ToString("F0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("F1", CultureInfo.InvariantCulture),
    };
}
