using System.Text.Json;
using System.Text.RegularExpressions;
using ElasticSynapse.EndToEnd.Tests.Documentation;
using ElasticSynapse.Tests;

namespace ElasticSynapse.EndToEnd.Tests.Monitoring;

public sealed partial class AlertTests
{
    private static readonly string Cases = Path.Combine(RepositoryFiles.Root, "tests", "Monitoring", "alerts.yaml");

    [Fact]
    public async Task Rules_AreWhatPrometheusReads() =>
        Assert.Equal("", await Promtool.RunAsync(["check", "rules", .. Directory.GetFiles(Rules.Folder, "*.yaml")]));

    [Fact]
    public async Task Alerts_InTroubleAndAfterwards_FireAndResolve() => Assert.Equal("", await Promtool.RunAsync(["test", "rules", Cases]));

    [Fact]
    public void Alerts_Each_HasACaseOfFiringAndOneOfBeingResolved()
    {
        var cases = File.ReadAllText(Cases);
        Assert.NotEmpty(Rules.Alerts);
        Assert.All(Rules.Alerts, alert =>
        {
            Assert.Contains($"'ALERTS{{alertname=\"{alert.Name}\",alertstate=\"firing\"}}', exp_samples: [{{", cases, StringComparison.Ordinal);
            Assert.Contains($"'ALERTS{{alertname=\"{alert.Name}\"}}', exp_samples: []", cases, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Alerts_Each_HasAnEntryInTheRunbookAndNoOtherHas()
    {
        var entries = Pages.Read("docs", "operations.md").Split('\n').Where(line => line.StartsWith("### ", StringComparison.Ordinal)).Select(line => line[4..]);
        Assert.Equal(Rules.Alerts.Select(alert => alert.Name).Order(StringComparer.Ordinal), entries.Order(StringComparer.Ordinal));
        var rules = File.ReadAllText(Path.Combine(Rules.Folder, "alerts.yaml"));
        Assert.All(Rules.Alerts, alert => Assert.Contains($"runbook: docs/operations.md#{Anchor(alert.Name)}\n", rules, StringComparison.Ordinal));
    }

    [Fact]
    public void Recordings_Each_StandsInTheRunbookAndNoOtherDoes()
    {
        var series = RecordedSeries().Matches(Pages.Read("docs", "operations.md")).Select(match => match.Groups["name"].Value);
        Assert.Equal(Rules.Recordings.Select(rule => rule.Name).Order(StringComparer.Ordinal), series.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Dashboards_Each_LinksToTheRunbookAndTogetherToEveryEntry()
    {
        var linked = Dashboards.Names.Select(name => Dashboards.Panels(name).Where(IsText).SelectMany(Links).ToList()).ToList();
        Assert.All(linked, Assert.NotEmpty);
        Assert.Equal(Rules.Alerts.Select(alert => Anchor(alert.Name)).Order(StringComparer.Ordinal), linked.SelectMany(links => links).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Dashboards_EachRow_BeginsWithASentenceOfWhatItShows() => Assert.All(Dashboards.Names, name =>
    {
        var panels = Dashboards.Panels(name).ToList();
        Assert.True(IsRow(panels[0]));
        Assert.All(panels.Zip(panels.Skip(1)).Where(pair => IsRow(pair.First)), pair =>
        {
            Assert.True(IsText(pair.Second), $"{name}: {pair.First.GetProperty("title")}");
            Assert.Matches(@"^[A-Z].{30,}\.$", Content(pair.Second));
        });
    });

    private static bool IsRow(JsonElement panel) => panel.GetProperty("type").GetString() == "row";

    private static bool IsText(JsonElement panel) => panel.GetProperty("type").GetString() == "text";

    private static string Content(JsonElement panel) => panel.GetProperty("options").GetProperty("content").GetString()!;

    private static IEnumerable<string> Links(JsonElement panel) => Content(panel).Split("$runbooks#")[1..].Select(link => link.Split(')')[0]);

    private static string Anchor(string heading) => heading.ToLowerInvariant();

    [GeneratedRegex("`(?<name>(model|version|label|instance|gateway):[a-z_]+:[a-z0-9_]+)`")]
    private static partial Regex RecordedSeries();
}
