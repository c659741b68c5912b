using ElasticSynapse.EndToEnd.Tests.Documentation;
using ElasticSynapse.Tests;

namespace ElasticSynapse.EndToEnd.Tests.Monitoring;

public sealed class AlertTests
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
    public void Dashboards_Each_LinksOnlyToEntriesThatExist()
    {
        var anchors = Rules.Alerts.Select(alert => Anchor(alert.Name)).ToHashSet();
        foreach (var name in Dashboards.Names)
        {
            var links = Dashboards.Panels(name).Where(panel => panel.GetProperty("type").GetString() == "text")
                .SelectMany(panel => panel.GetProperty("options").GetProperty("content").GetString()!.Split("$runbooks#")[1..])
                .Select(link => link.Split(')')[0]);
            Assert.All(links, link => Assert.Contains(link, anchors));
        }
    }

    private static string Anchor(string heading) => heading.ToLowerInvariant();
}
