using System.Text.Json;

namespace ElasticSynapse.Gateway.Catalogue.Kubernetes;

/// <summary>A line of a watch.</summary>
/// <param name="Type">ADDED, MODIFIED, DELETED or BOOKMARK; an ERROR is thrown instead.</param>
internal sealed record WatchEvent(string Type, JsonElement Object)
{
    public string ResourceVersion => Object.GetProperty("metadata").GetProperty("resourceVersion").GetString()!;

    public string Name => Object.GetProperty("metadata").GetProperty("name").GetString()!;
}
