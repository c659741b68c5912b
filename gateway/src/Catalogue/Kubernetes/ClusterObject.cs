using System.Text.Json;

namespace ElasticSynapse.Gateway.Catalogue.Kubernetes;

/// <summary>What all objects of a cluster have: a name, labels, annotations.</summary>
internal static class ClusterObject
{
    /// <summary>Of the labels and annotations that are for us.</summary>
    public const string Prefix = "elastic-synapse.io/";

    public static string Name(JsonElement item) => item.GetProperty("metadata").GetProperty("name").GetString()!;

    public static string? Label(JsonElement item, string key) => Labels(item).GetValueOrDefault(key);

    public static Dictionary<string, string> Labels(JsonElement item) => Entries(item, "labels");

    public static Dictionary<string, string> Annotations(JsonElement item) => Entries(item, "annotations");

    public static JsonElement? Array(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value : null;

    private static Dictionary<string, string> Entries(JsonElement item, string map) =>
        item.GetProperty("metadata").TryGetProperty(map, out var entries) && entries.ValueKind == JsonValueKind.Object
            ? entries.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString() ?? "", StringComparer.Ordinal)
            : [];
}
