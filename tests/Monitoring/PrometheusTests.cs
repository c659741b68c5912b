using System.Diagnostics;
using System.Text.RegularExpressions;
using ElasticSynapse.Tests;

namespace ElasticSynapse.EndToEnd.Tests.Monitoring;

/// <summary>A real Prometheus beside the running stack under a mixed load.</summary>
[Collection(MonitoredStackCollection.Name)]
public partial class PrometheusTests(MonitoredStack stack) : IClassFixture<MonitoredStack>
{
    [Fact]
    public async Task Stack_UnderMixedLoad_AnswersEveryQueryAndCountsExactly()
    {
        var load = new MixedLoad(stack.Gateway);
        var missing = Queries().ToList();
        await Eventually.HoldsAsync(
            async () =>
            {
                await load.RunAsync();
                var unanswered = new List<(string Place, string Expression)>();
                foreach (var query in missing)
                {
                    if (!(await stack.Prometheus.QueryAsync(query.Expression)).Any(double.IsFinite))
                    {
                        unanswered.Add(query);
                    }
                }
                missing = unanswered;
                return missing.Count == 0;
            },
            () => "queries without data:\n" + string.Join('\n', missing.Select(query => $"{query.Place}: {query.Expression}")));
        string[] errors = [];
        await Eventually.HoldsAsync(
            async () => (errors = await stack.Prometheus.ScrapeErrorsAsync()).Length == 0, () => string.Join('\n', errors));

        foreach (var ((route, outcome), sent) in load.Answers)
        {
            var expression = $"sum(elastic_synapse_gateway_requests_total{{route=\"{route}\",outcome=\"{outcome}\"}})";
            double[] counted = [];
            await Eventually.HoldsAsync(
                async () => (counted = await stack.Prometheus.QueryAsync(expression)) is [var count] && count >= sent,
                () => $"{expression} is [{string.Join(", ", counted)}], {sent} were sent");
            Assert.Equal(sent, Assert.Single(counted));
        }
        Assert.Equal(load.Answers.Values.Sum(), Assert.Single(await stack.Prometheus.QueryAsync("sum(elastic_synapse_gateway_requests_total)")));
        // Each round asked for a model of another name: none of them became a label.
        Assert.Equal(
            ["", "demo-bert", "demo-gpt2"],
            (await stack.Gateway.GetStringAsync("/metrics")).Split('\n').Where(line => line.StartsWith("elastic_synapse_gateway_requests_total{", StringComparison.Ordinal))
                .Select(line => ModelLabel().Match(line).Groups["name"].Value).Distinct().Order(StringComparer.Ordinal));

        await AssertPageShowsAsync("overview");
    }

    // An alert's expression is empty while all is well: compared with bool, it says so with a 0, if there is anything to compare.
    private static IEnumerable<(string Place, string Expression)> Queries() => Dashboards.Queries
        .Concat(Rules.Recordings.Select(rule => (rule.Name, rule.Expression)))
        .Concat(Rules.Alerts.Select(rule => (rule.Name, Comparison().Replace(rule.Expression, " ${operator} bool "))))
        .Select(query => (query.Item1, query.Item2
            .Replace("$__rate_interval", "1m", StringComparison.Ordinal)
            .Replace("$model", ".*", StringComparison.Ordinal)));

    // scripts/dashboard, against the same Prometheus.
    private async Task AssertPageShowsAsync(string dashboard)
    {
        var page = Path.Combine(Path.GetTempPath(), $"{dashboard}-{Guid.NewGuid():N}.html");
        try
        {
            using var script = Process.Start(new ProcessStartInfo(
                Path.Combine(RepositoryFiles.Root, "scripts", "dashboard"),
                ["--prometheus", stack.Prometheus.Address.ToString(), "--dashboard", dashboard, "--range", "10m", "--output", page]) { RedirectStandardError = true })!;
            var errors = await script.StandardError.ReadToEndAsync();
            await script.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
            Assert.Equal("", errors);
            var html = await File.ReadAllTextAsync(page);
            Assert.All(
                Dashboards.Panels(dashboard).Select(panel => panel.GetProperty("title").GetString()!),
                title => Assert.Contains(title, html, StringComparison.Ordinal));
            Assert.Contains("<polyline", html, StringComparison.Ordinal);
            Assert.Contains("demo-gpt2", html, StringComparison.Ordinal);
            Assert.DoesNotContain("no data", html, StringComparison.Ordinal);
            Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(page);
        }
    }

    [GeneratedRegex(" (?<operator>>=|<=|==|>|<) (?!bool)")]
    private static partial Regex Comparison();

    [GeneratedRegex("model=\"(?<name>[^\"]*)\"")]
    private static partial Regex ModelLabel();
}
