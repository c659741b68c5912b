using System.Text.RegularExpressions;
using ElasticSynapse.EndToEnd.Tests.Monitoring;

namespace ElasticSynapse.EndToEnd.Tests.Documentation;

/// <summary>The metrics of the code, of the page, and of what dashboards and rules ask are the same.</summary>
public partial class MetricNamesTests
{
    // Peers' own names begin with what follows Prometheus: in a meter's name, and stand in these files.
    private static readonly (string File, string Prefix)[] Peers =
    [
        ("model-server/src/GeneratorMetrics.cs", "vllm:"),
        ("classifier/src/Telemetry/RequestMetrics.cs", "te_"),
        ("serving/hosting/Telemetry/ProcessMetrics.cs", "process_"),
    ];

    private static SortedSet<string> Page { get; } =
        Sorted(MetricRow().Matches(Pages.Read("docs", "metrics.md")).Select(match => match.Groups["name"].Value));

    [Fact]
    public void Page_EveryInstrumentOfTheCode_StandsThereAndNoOther()
    {
        var instruments = Pages.Sources().Select(File.ReadAllText)
            .SelectMany(source => Instrument().Matches(source))
            .Select(match => match.Groups["name"].Value.Replace('.', '_'))
            .Concat(Peers.SelectMany(peer => PeerInstrument().Matches(Pages.Read(peer.File)).Select(match => peer.Prefix + match.Groups["name"].Value)));
        Assert.Equal(Sorted(instruments.Select(WithoutUnit)), Sorted(Page.Select(WithoutUnit)));
    }

    [Fact]
    public void DashboardsAndRules_AskForEveryMetricOfThePageAndNoOther()
    {
        var asked = Dashboards.Queries.Concat(Rules.Alerts).Concat(Rules.Recordings)
            .SelectMany(query => Asked().Matches(query.Item2)).Select(match => match.Groups["name"].Value)
            .Select(name => Page.Contains(name) ? name : HistogramSuffix().Replace(name, ""));
        Assert.Equal(Page, Sorted(asked));
    }

    [Fact]
    public void Recordings_Each_IsAskedForAndNoOtherIs()
    {
        var asked = Dashboards.Queries.Concat(Rules.Alerts).Concat(Rules.Recordings)
            .SelectMany(query => Recorded().Matches(query.Item2)).Select(match => match.Value);
        Assert.Equal(Sorted(Rules.Recordings.Select(rule => rule.Name)), Sorted(asked));
    }

    private static SortedSet<string> Sorted(IEnumerable<string> names) => new(names, StringComparer.Ordinal);

    private static string WithoutUnit(string name) => UnitSuffix().Replace(name, "");

    [GeneratedRegex("\"(?<name>(elastic_synapse\\.(gateway|generator|classifier|model)|yarp\\.proxy|resilience\\.polly)\\.[a-z_.]+)\"")]
    private static partial Regex Instrument();

    [GeneratedRegex("(\\.Create\\w+(<\\w+>)?|Seconds|Tokens)\\(\\s*\"(?<name>[a-z0-9_]+)\"")]
    private static partial Regex PeerInstrument();

    [GeneratedRegex("^\\| `(?<name>(elastic_synapse_|vllm:|te_|process_|yarp_|resilience_)[a-z0-9_]+)`", RegexOptions.Multiline)]
    private static partial Regex MetricRow();

    [GeneratedRegex(@"(?<![\w:])(?<name>(elastic_synapse_|vllm:|te_|process_|yarp_|resilience_)[a-z0-9_]+)(?!:)\b")]
    private static partial Regex Asked();

    [GeneratedRegex(@"\b(model|version|label|instance|gateway):[a-z_]+:[a-z0-9_]+")]
    private static partial Regex Recorded();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex HistogramSuffix();

    [GeneratedRegex("(_total|_seconds|_ratio)$")]
    private static partial Regex UnitSuffix();
}
