using System.Diagnostics;
using System.Text.RegularExpressions;
using ElasticSynapse.Tests;

namespace ElasticSynapse.EndToEnd.Tests.Monitoring;

/// <summary>A real Prometheus beside the running stack under a mixed load.</summary>
[Collection(MonitoredStackCollection.Name)]
public partial class PrometheusTests(MonitoredStack stack) : IClassFixture<MonitoredStack>
{
    // Ours, those that speak as peers do, and those of the framework and the libraries.
    private static readonly string[] Families =
        ["elastic_synapse", "vllm:num", "te", "process", "http_server", "kestrel", "dotnet", "yarp_proxy", "resilience_polly"];

    private const string OrNone = " or vector(0)";

    [Fact]
    public async Task Stack_UnderMixedLoad_AnswersEveryQueryAndCountsExactly()
    {
        var load = new MixedLoad(stack);
        var missing = Queries().ToList();
        await Eventually.HoldsAsync(
            async () =>
            {
                await load.RunAsync();
                var unanswered = new List<(string Place, string Expression, bool IsOfEvent)>();
                foreach (var query in missing)
                {
                    if (!(await stack.Prometheus.QueryAsync(query.Expression)).Any(value => double.IsFinite(value) && (value > 0 || !query.IsOfEvent)))
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

        foreach (var family in Families)
        {
            Assert.NotEmpty(await stack.Prometheus.QueryAsync($"count({{__name__=~\"{family}_.+\"}})"));
        }
        // By now every instrument has measured something.
        foreach (var service in stack.Services)
        {
            Assert.Equal("", await Promtool.CheckMetricsAsync(await service.GetStringAsync("/metrics")));
        }
        foreach (var ((model, route, outcome), sent) in load.Answers)
        {
            await AssertCountsAsync(sent, $"sum(elastic_synapse_gateway_requests_total{{model=\"{model}\",route=\"{route}\",outcome=\"{outcome}\"}})");
        }
        await AssertCountsAsync(load.Answers.Values.Sum(), "sum(elastic_synapse_gateway_requests_total)");
        await AssertCountsAsync(
            load.Answers[(MixedLoad.Generator, "/v1/completions", "ok")], "sum(vllm:request_success_total{finished_reason=~\"stop|length\"})");
        await AssertCountsAsync(load.Answers.Where(answers => answers.Key.Model == MixedLoad.Classifier).Sum(answers => answers.Value), "sum(te_request_count)");
        await AssertCountsAsync(load.Answers[(MixedLoad.Classifier, "/classify", "ok")], "sum(te_request_success)");
        // Each round asked for a model of another name: none of them became a label.
        Assert.Equal(
            ["", MixedLoad.Classifier, MixedLoad.Generator, SlowPair.Model],
            (await stack.GatewayMetrics.GetStringAsync("/metrics")).Split('\n').Where(line => line.StartsWith("elastic_synapse_gateway_requests_total{", StringComparison.Ordinal))
                .Select(line => ModelLabel().Match(line).Groups["name"].Value).Distinct().Order(StringComparer.Ordinal));

        await AssertPageShowsAsync("overview");
    }

    // As soon as it has been scraped; never more.
    private async Task AssertCountsAsync(long sent, string expression)
    {
        double[] counted = [];
        await Eventually.HoldsAsync(
            async () => (counted = await stack.Prometheus.QueryAsync(expression)) is [var count] && count >= sent,
            () => $"{expression} is [{string.Join(", ", counted)}], {sent} were sent");
        Assert.Equal(sent, Assert.Single(counted));
    }

    // An alert's expression is empty while all is well: compared with bool, it says so with a 0, if there is anything to compare.
    // A panel shows a 0 while an event has never happened: here each must happen, or the panel could show nothing else.
    private static IEnumerable<(string Place, string Expression, bool IsOfEvent)> Queries() => Dashboards.Queries
        .Concat(Rules.Recordings.Select(rule => (rule.Name, rule.Expression)))
        .Concat(Rules.Alerts.Select(rule => (rule.Name, Comparison().Replace(rule.Expression, " ${operator} bool "))))
        .Select(query => (query.Item1, query.Item2
            .Replace(OrNone, "", StringComparison.Ordinal)
            .Replace("$__rate_interval", "5m", StringComparison.Ordinal)
            .Replace("$model", ".*", StringComparison.Ordinal), query.Item2.EndsWith(OrNone, StringComparison.Ordinal)));

    // scripts/dashboard, against the same Prometheus.
    private async Task AssertPageShowsAsync(string dashboard)
    {
        var page = Path.Combine(Path.GetTempPath(), $"{dashboard}-{Guid.NewGuid():N}.html");
        var png = Path.ChangeExtension(page, "png");
        try
        {
            using var script = Process.Start(new ProcessStartInfo(
                Path.Combine(RepositoryFiles.Root, "scripts", "dashboard"),
                ["--prometheus", stack.Prometheus.Address.ToString(), "--dashboard", dashboard, "--range", "10m", "--output", page, "--png", png])
                { RedirectStandardError = true })!;
            var errors = await script.StandardError.ReadToEndAsync();
            await script.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
            Assert.Equal("", errors);
            var html = await File.ReadAllTextAsync(page);
            Assert.All(
                Dashboards.Panels(dashboard).Select(panel => panel.GetProperty("title").GetString()!),
                title => Assert.Contains(title, html, StringComparison.Ordinal));
            Assert.Contains("<polyline", html, StringComparison.Ordinal);
            Assert.Contains("demo-gpt2", html, StringComparison.Ordinal);
            Assert.DoesNotContain("no data", html, StringComparison.Ordinal);
            Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
            AssertDraws(Picture.Read(png), html);
        }
        finally
        {
            File.Delete(page);
            File.Delete(png);
        }
    }

    // Of the size that the script asks for, most of it paper, with the lines of each colour that the page has.
    private static void AssertDraws(Picture picture, string html)
    {
        Assert.Equal((1280, 1600), (picture.Width, picture.Height));
        var paper = picture.Colours.MaxBy(colour => colour.Value);
        Assert.Equal(0xFFFFFF, paper.Key);
        Assert.InRange(paper.Value, 1280 * 1600 / 2, 1280 * 1600 * 99 / 100);
        var lines = Legend().Matches(html).Select(match => Convert.ToInt32(match.Groups["colour"].Value, 16)).Distinct().ToList();
        Assert.NotEmpty(lines);
        Assert.All(lines, colour => Assert.True(picture.Colours.GetValueOrDefault(colour) > 14 * 4, $"{colour:x6} is in the page and not in the picture"));
    }

    [GeneratedRegex("<i style=\"background:#(?<colour>[0-9a-f]{6})\"")]
    private static partial Regex Legend();

    [GeneratedRegex(" (?<operator>>=|<=|==|>|<) (?!bool)")]
    private static partial Regex Comparison();

    [GeneratedRegex("model=\"(?<name>[^\"]*)\"")]
    private static partial Regex ModelLabel();
}
