using System.Text.Json;
using ElasticSynapse.Tests;

namespace ElasticSynapse.EndToEnd.Tests.Monitoring;

/// <summary>The chart's dashboards.</summary>
internal static class Dashboards
{
    public static string Folder { get; } = Path.Combine(RepositoryFiles.Root, "helm", "elastic-synapse", "dashboards");

    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    public static JsonElement Read(string name) => JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, name + ".json"))).RootElement;

    public static IEnumerable<JsonElement> Panels(string name) => Read(name).GetProperty("panels").EnumerateArray();

    /// <summary>Dashboard, panel and expression of each query.</summary>
    public static IReadOnlyList<(string Place, string Expression)> Queries { get; } =
        [.. Names.SelectMany(name => Panels(name).Where(panel => panel.TryGetProperty("targets", out _)).SelectMany(panel =>
            panel.GetProperty("targets").EnumerateArray().Select(target =>
                ($"{name}: {panel.GetProperty("title")}", target.GetProperty("expr").GetString()!))))];
}
