using System.Text.RegularExpressions;
using ElasticSynapse.Tests;

namespace ElasticSynapse.EndToEnd.Tests.Monitoring;

/// <summary>The chart's recording and alert rules, as files that Prometheus reads.</summary>
internal static partial class Rules
{
    public static string Folder { get; } = Path.Combine(RepositoryFiles.Root, "helm", "elastic-synapse", "rules");

    /// <summary>Name and expression of each alert.</summary>
    public static IReadOnlyList<(string Name, string Expression)> Alerts { get; } = Read("alert");

    /// <summary>Name and expression of each recorded series.</summary>
    public static IReadOnlyList<(string Name, string Expression)> Recordings { get; } = Read("record");

    private static (string, string)[] Read(string kind) =>
        [.. Directory.GetFiles(Folder, "*.yaml").SelectMany(file => Rule().Matches(File.ReadAllText(file)))
            .Where(rule => rule.Groups["kind"].Value == kind)
            .Select(rule => (rule.Groups["name"].Value, rule.Groups["one"].Success ? rule.Groups["one"].Value : rule.Groups["lines"].Value))];

    // An expression on the line, or indented below it.
    [GeneratedRegex(@"- (?<kind>alert|record): (?<name>\S+)\n +expr: (\|\n(?<lines>( {10}.*\n)+)|(?<one>.*)\n)")]
    private static partial Regex Rule();
}
