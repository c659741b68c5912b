using System.Globalization;
using System.Text.RegularExpressions;

namespace ElasticSynapse.Tests.Precision;

/// <summary>
/// The measured tables of docs/precision.md, one a family. A test measures and compares; with PRECISION_REPORT=write, as
/// scripts/precision-report sets it, it writes the table instead.
/// </summary>
internal static class PrecisionReport
{
    private const string Heading = "| checkpoint | precision | largest error | RMS error | divergence | same answer | of |\n|---|---|---|---|---|---|---|\n";

    private static readonly string Page = Path.Combine(RepositoryFiles.Root, "docs", "precision.md");

    public static string Row(string checkpoint, string precision, LogitComparison measured) => string.Create(CultureInfo.InvariantCulture,
        $"| {checkpoint} | {precision} | {measured.LargestError:0.0000} | {measured.RootMeanSquareError:0.00000} | {measured.MeanDivergence:0.000000} | {measured.Agreement:0.0} % | {measured.Rows:N0} |\n");

    /// <summary>Holds measured rows against the page's table between <c>&lt;!-- family --&gt;</c> and <c>&lt;!-- end --&gt;</c>.</summary>
    /// <remarks>Processors round in other places: numbers agree about, not to the digit.</remarks>
    public static void Check(string family, IReadOnlyList<string> rows)
    {
        var text = File.ReadAllText(Page);
        var table = new Regex($"(?<=<!-- {family} -->\n).*?(?=<!-- end -->)", RegexOptions.Singleline);
        Assert.Matches(table, text);
        if (Environment.GetEnvironmentVariable("PRECISION_REPORT") == "write")
        {
            File.WriteAllText(Page, table.Replace(text, Heading + string.Concat(rows), 1));
            return;
        }
        var written = table.Match(text).Value[Heading.Length..].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(rows.Count, written.Length);
        foreach (var (measured, onPage) in rows.Zip(written))
        {
            AssertAlike(Cells(measured), Cells(onPage));
        }
    }

    private static void AssertAlike(string[] measured, string[] onPage)
    {
        Assert.Equal(measured[..2], onPage[..2]);
        foreach (var column in new[] { 2, 3, 4 })
        {
            double value = Number(measured[column]), written = Number(onPage[column]);
            Assert.InRange(value, (0.5 * written) - 1e-5, (2 * written) + 1e-5);
        }
        Assert.InRange(Number(measured[5]), Number(onPage[5]) - 1.5, Number(onPage[5]) + 1.5);
        Assert.Equal(measured[6], onPage[6]);
    }

    private static string[] Cells(string row) => [.. row.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    private static double Number(string cell) => double.Parse(cell.TrimEnd('%', ' '), CultureInfo.InvariantCulture);
}
